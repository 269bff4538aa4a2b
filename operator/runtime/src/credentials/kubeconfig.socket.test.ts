import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resourcePath } from '../kubernetes/object.ts';
import { createFakeClock } from '../testing/index.ts';
import { startRig, widgets } from '../testing/rig.ts';
import { createTransport } from '../transport/transport.ts';
import { loadKubeconfigCredentials } from './kubeconfig.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-kubeconfig-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes a kubeconfig with one user, and one more context that names no cluster. */
async function kubeconfig(
  user: object,
  { server = 'https://10.0.0.1:6443', cluster = {} }: { server?: string; cluster?: object } = {},
): Promise<string> {
  const path = join(folder, 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'main',
    clusters: [{ name: 'here', cluster: { server, ...cluster } }],
    users: [{ name: 'me', user }],
    contexts: [
      { name: 'main', context: { cluster: 'here', user: 'me' } },
      { name: 'lost', context: { cluster: 'nowhere', user: 'me' } },
    ],
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

/** An exec plugin in one line; it counts its calls in a file. */
function exec(body: string): object {
  const script = `
    const fs = require('node:fs');
    const file = ${JSON.stringify(join(folder, 'calls'))};
    const calls = (fs.existsSync(file) ? fs.readFileSync(file, 'utf8').length : 0) + 1;
    fs.appendFileSync(file, '.');
    ${body}`;
  return {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: ['-e', script],
    interactiveMode: 'Never',
  };
}

const printToken = `
  const status = { token: 'exec-' + calls };
  console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status }));`;

describe('credentials of a kubeconfig', () => {
  it('take a token, certificates, impersonation and the settings of the cluster', async () => {
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const path = await kubeconfig(
      {
        token: 'static',
        as: 'somebody',
        'client-certificate-data': base64('certificate'),
        'client-key-data': base64('key'),
      },
      { cluster: { 'certificate-authority-data': base64('authority'), 'tls-server-name': 'api.example.com' } },
    );
    const credentials = await loadKubeconfigCredentials({ path });
    expect(credentials.server).toBe('https://10.0.0.1:6443');
    expect(await credentials.current()).toEqual({
      headers: { authorization: 'Bearer static', 'impersonate-user': 'somebody' },
      tls: { ca: 'authority', cert: 'certificate', key: 'key', servername: 'api.example.com' },
    });
  });

  it('take certificate files beside the kubeconfig, basic auth and an unchecked server', async () => {
    await writeFile(join(folder, 'client.crt'), 'certificate');
    await writeFile(join(folder, 'client.key'), 'key');
    const path = await kubeconfig(
      { 'client-certificate': 'client.crt', 'client-key': 'client.key', username: 'ann', password: 'secret' },
      { cluster: { 'insecure-skip-tls-verify': true } },
    );
    const { headers, tls } = await (await loadKubeconfigCredentials({ path })).current();
    expect(tls).toEqual({ cert: 'certificate', key: 'key', rejectUnauthorized: false });
    expect(headers['authorization']).toBe(`Basic ${Buffer.from('ann:secret').toString('base64')}`);
  });

  it('read a token file again after 60 s, and at once when the server refuses its token', async () => {
    await using rig = await startRig();
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'one\n');
    const plain = { server: rig.server.url, cluster: { 'insecure-skip-tls-verify': true } };
    const path = await kubeconfig({ tokenFile: 'token' }, plain);
    const clock = createFakeClock();
    const credentials = await loadKubeconfigCredentials({ path, clock });
    const { log, metrics } = rig;
    const transport = createTransport({ credentials, clock, log, metrics, userAgent: 'test/0' });
    const labels = { verb: 'list', resource: 'widgets' };
    const get = (): Promise<unknown> => transport.request({ method: 'GET', path: resourcePath(widgets), labels });
    const sent = (): string[] => rig.server.requests.map(({ headers }) => headers.authorization ?? '');
    await get();
    await writeFile(tokenFile, 'two\n');
    await get();
    await clock.advance(60_000);
    await get();
    expect(sent()).toEqual(['Bearer one', 'Bearer one', 'Bearer two']);
    await writeFile(tokenFile, 'three\n');
    rig.server.fault = ({ headers }) => (headers.authorization === 'Bearer three' ? undefined : { status: 401 });
    await get();
    expect(sent().slice(3)).toEqual(['Bearer two', 'Bearer three']);
    await transport.close();
  });

  it('follow a kubeconfig that is written anew', async () => {
    const clock = createFakeClock();
    const credentials = await loadKubeconfigCredentials({ path: await kubeconfig({ token: 'old' }), clock });
    await kubeconfig({ token: 'new' });
    await clock.advance(60_000);
    expect((await credentials.current()).headers['authorization']).toBe('Bearer new');
  });

  it('ask an exec plugin once, and again when the server refuses what it gave', async () => {
    const clock = createFakeClock();
    const path = await kubeconfig({ exec: exec(printToken) });
    const credentials = await loadKubeconfigCredentials({ path, clock });
    expect((await credentials.current()).headers['authorization']).toBe('Bearer exec-1');
    await clock.advance(120_000);
    expect((await credentials.current()).headers['authorization']).toBe('Bearer exec-1');
    await Promise.all([credentials.refresh(), credentials.refresh()]);
    expect((await credentials.current()).headers['authorization']).toBe('Bearer exec-2');
  });

  it('tell what an exec plugin complains about, and never what it prints', async () => {
    const failing = await kubeconfig({ exec: exec(`console.error('not logged in'); process.exit(1)`) });
    await expect(loadKubeconfigCredentials({ path: failing })).rejects.toMatchObject({
      code: 'RUNTIME_CREDENTIALS',
      message: expect.stringContaining('not logged in') as string,
    });
    const babbling = await kubeconfig({ exec: exec(`console.log('very-secret-token')`) });
    const error: unknown = await loadKubeconfigCredentials({ path: babbling }).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'RUNTIME_CREDENTIALS' });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('very-secret');
  });

  it('name the line of a file that is no YAML, and never what stands there', async () => {
    const path = join(folder, 'config');
    await writeFile(path, 'users:\n- name: me\n  user: {token: very-secret-token\n');
    const error: unknown = await loadKubeconfigCredentials({ path }).catch((each: unknown) => each);
    expect(error).toMatchObject({
      code: 'RUNTIME_CREDENTIALS',
      message: expect.stringMatching(/line \d is no valid YAML/) as string,
    });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('very-secret');
  });

  it('name what is wrong with a file, a context or a cluster', async () => {
    const path = await kubeconfig({ token: 'static' });
    const cases: [{ path: string; context?: string }, string][] = [
      [{ path: join(folder, 'absent') }, 'ENOENT'],
      [{ path, context: 'other' }, "no context 'other'; it has: main, lost"],
      [{ path, context: 'lost' }, "context 'lost' names no cluster"],
    ];
    for (const [options, words] of cases) {
      await expect(loadKubeconfigCredentials(options)).rejects.toMatchObject({
        code: 'RUNTIME_CREDENTIALS',
        message: expect.stringContaining(words) as string,
      });
    }
    const faulty = await kubeconfig({ tokenFile: 'absent' });
    await expect(loadKubeconfigCredentials({ path: faulty })).rejects.toThrow('token file');
    const proxied = await kubeconfig({ token: 'static' }, { cluster: { 'proxy-url': 'http://proxy.example.com' } });
    await expect(loadKubeconfigCredentials({ path: proxied })).rejects.toThrow('proxy-url');
  });
});
