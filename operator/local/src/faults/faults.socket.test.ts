import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalApi, type LocalApi } from '../local-api.ts';
import { faultsAtRandom, faultsInTurn, type Fault, type FaultRequest } from './fault.ts';

const path = '/api/v1/namespaces/default/configmaps';
const isWatch = ({ isWatch: yes }: FaultRequest): boolean => yes;

describe('the faults of the local API', () => {
  let api: LocalApi;
  let url: string;
  beforeEach(async () => {
    api = createLocalApi();
    url = await api.listen();
  });
  afterEach(async () => {
    await api.close();
  });

  const put = (name: string, text = 'plain'): void => {
    const old = api.get('configmaps', name, 'default');
    const metadata = old?.metadata ?? {
      name,
      namespace: 'default',
      uid: name,
      creationTimestamp: '2026-01-01T00:00:00Z',
    };
    api.put('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text } });
  };
  const fail = (...faults: Fault[]): void => {
    api.faults = faultsInTurn(faults, ({ path: asked }) => asked === path);
  };
  /** The bytes of an answer, and whether the server ended them as HTTP says. */
  const read = async (query: string): Promise<{ bytes: Buffer; isWhole: boolean }> => {
    const response = await fetch(`${url}${path}?${query}`);
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of response.body ?? []) chunks.push(chunk as Uint8Array);
    } catch {
      return { bytes: Buffer.concat(chunks), isWhole: false };
    }
    return { bytes: Buffer.concat(chunks), isWhole: true };
  };
  const linesOf = (bytes: Buffer): { type: string; object: { metadata: { name: string }; code?: number } }[] =>
    bytes
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as ReturnType<typeof linesOf>[number]);

  it.each([401, 403, 404, 410, 429, 500, 503, 504] as const)('refuses with %i once, then answers', async (code) => {
    fail({ kind: 'refuse', code });
    const refused = await fetch(url + path);
    const status = (await refused.json()) as { kind: string; code: number };
    expect([refused.status, status.kind, status.code]).toEqual([code, 'Status', code]);
    expect((await fetch(url + path)).status).toBe(200);
  });

  it('says when to come back', async () => {
    fail({ kind: 'refuse', code: 429, retryAfterSeconds: 7 });
    const response = await fetch(url + path);
    await response.arrayBuffer();
    expect(response.headers.get('retry-after')).toBe('7');
  });

  it('cuts a watch within a line', async () => {
    put('a');
    put('b');
    fail({ kind: 'cut', afterEvents: 1, within: 'line' });
    const { bytes } = await read('watch=true');
    const [first, second] = bytes.toString('utf8').split('\n');
    expect((JSON.parse(first ?? '') as { object: { metadata: { name: string } } }).object.metadata.name).toBe('a');
    expect(second).not.toBe('');
    expect(() => JSON.parse(second ?? '') as unknown).toThrow(SyntaxError);
  });

  it('cuts a watch within a character', async () => {
    put('a', 'grün');
    fail({ kind: 'cut', within: 'character' });
    const { bytes } = await read('watch=true');
    expect(bytes.at(-1)).toBe(0xc3);
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow(TypeError);
  });

  it('expires a watch within its stream', async () => {
    put('a');
    put('b');
    fail({ kind: 'expire', afterEvents: 1 });
    const { bytes, isWhole } = await read('watch=true');
    expect(isWhole).toBe(true);
    expect(linesOf(bytes).map(({ type, object }) => [type, object.code ?? object.metadata.name])).toEqual([
      ['ADDED', 'a'],
      ['ERROR', 410],
    ]);
  });

  it('stalls: neither bytes nor an end', async () => {
    put('a');
    fail({ kind: 'stall', afterEvents: 1 });
    const response = await fetch(`${url}${path}?watch=true`);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(linesOf(Buffer.from(first?.value ?? []))).toHaveLength(1);
    put('b');
    api.endWatches();
    const pending = reader?.read().then(() => 'more');
    // Another request is answered meanwhile, so the server is not just slow.
    expect((await fetch(`${url}${path}/a`)).status).toBe(200);
    expect(await Promise.race([pending, Promise.resolve('nothing')])).toBe('nothing');
    api.cutConnections();
    await pending?.catch(() => undefined);
  });

  it('takes a request and never answers', async () => {
    fail({ kind: 'half-open' });
    const abort = new AbortController();
    const pending = fetch(url + path, { signal: abort.signal }).then(() => 'answered');
    expect((await fetch(`${url}${path}`)).status).toBe(200);
    expect(await Promise.race([pending, Promise.resolve('nothing')])).toBe('nothing');
    abort.abort();
    await expect(pending).rejects.toThrow('aborted');
  });

  it('sends slowly and completely', async () => {
    put('a');
    fail({ kind: 'slow', bytes: 64, everyMs: 1 });
    const { bytes } = await read('');
    expect((JSON.parse(bytes.toString('utf8')) as { items: unknown[] }).items).toHaveLength(1);
  });

  it('sends initial events out of the order of versions, and later ones in order', async () => {
    for (let index = 0; index < 30; index += 1) put(`c-${index}`);
    fail({ kind: 'shuffle' });
    const response = await fetch(`${url}${path}?watch=true&timeoutSeconds=1`);
    for (let index = 0; index < 30; index += 1) put(`c-${index}`, 'changed');
    const events = linesOf(Buffer.from(await response.arrayBuffer()));
    const names = events.map(({ object }) => object.metadata.name);
    const inOrder = Array.from({ length: 30 }, (_, index) => `c-${index}`);
    expect(new Set(names.slice(0, 30))).toEqual(new Set(inOrder));
    expect(names.slice(0, 30)).not.toEqual([...inOrder].toSorted((left, right) => (left < right ? -1 : 1)));
    expect(names.slice(30)).toEqual(inOrder);
  });

  it('repeats changes to a watch that resumes', async () => {
    put('a');
    put('b');
    const version = api.version;
    fail({ kind: 'repeat', versions: 1 });
    const { bytes } = await read(`watch=true&resourceVersion=${version}&timeoutSeconds=1`);
    expect(linesOf(bytes).map(({ object }) => object.metadata.name)).toEqual(['b']);
  });

  it('answers 410 in the stream after a compaction, and for the rest of a list', async () => {
    put('a');
    put('b');
    const { version } = api;
    const page = (await (await fetch(`${url}${path}?limit=1`)).json()) as { metadata: { continue: string } };
    put('c');
    api.compact();
    const { bytes } = await read(`watch=true&resourceVersion=${version}`);
    expect(linesOf(bytes)).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
    const rest = await fetch(`${url}${path}?limit=5&continue=${page.metadata.continue}`);
    const status = (await rest.json()) as { code: number; metadata: { continue: string } };
    expect([rest.status, status.code]).toEqual([410, 410]);
    // The token of the refusal goes on with the newest state.
    const onward = await fetch(`${url}${path}?limit=5&continue=${status.metadata.continue}`);
    const { items } = (await onward.json()) as { items: { metadata: { name: string } }[] };
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['b', 'c']);
  });

  it('keeps no more history than it is told', async () => {
    await api.close();
    api = createLocalApi({ historyLimit: 10 });
    url = await api.listen();
    put('a');
    const { version } = api;
    for (let index = 0; index < 25; index += 1) put('a', String(index));
    const { bytes } = await read(`watch=true&resourceVersion=${version}`);
    expect(linesOf(bytes)).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]);
  });

  it('accepts only its tokens, and those it gave', async () => {
    await api.close();
    api = createLocalApi({ tokens: ['admin'] });
    url = await api.listen();
    expect((await fetch(url + path)).status).toBe(401);
    const headers = { authorization: 'Bearer admin', 'content-type': 'application/json' };
    const accounts = `${url}/api/v1/namespaces/default/serviceaccounts`;
    await fetch(accounts, { method: 'POST', headers, body: JSON.stringify({ metadata: { name: 'robot' } }) });
    const answer = await fetch(`${accounts}/robot/token`, { method: 'POST', headers, body: '{}' });
    const { status } = (await answer.json()) as { status: { token: string } };
    const own = { authorization: `Bearer ${status.token}` };
    expect((await fetch(url + path, { headers: own })).status).toBe(200);
    const review = await fetch(`${url}/apis/authentication.k8s.io/v1/tokenreviews`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ spec: { token: status.token } }),
    });
    expect(await review.json()).toMatchObject({
      status: { authenticated: true, user: { username: 'system:serviceaccount:default:robot' } },
    });
  });

  it('forgets watches whose client is gone', async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${path}?watch=true HTTP/1.1\r\nhost: x\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    expect(api.watches).toBe(1);
    socket.destroy();
    while (api.watches > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(api.watches).toBe(0);
  });

  it('has the same faults for the same random numbers', () => {
    const faultsOf = (): (string | undefined)[] => {
      let seed = 1;
      const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
      const plan = faultsAtRandom({ faults: [{ kind: 'cut' }, { kind: 'stall' }], probability: 0.5, random });
      const request = { method: 'GET', path, query: new URLSearchParams(), isWatch: true, number: 1, connection: 1 };
      return Array.from({ length: 50 }, () => plan(request)?.kind);
    };
    expect(faultsOf()).toEqual(faultsOf());
    expect(new Set(faultsOf())).toEqual(new Set(['cut', 'stall', undefined]));
    expect(faultsInTurn([{ kind: 'cut' }], isWatch)({ ...({} as FaultRequest), isWatch: false })).toBeUndefined();
  });
});
