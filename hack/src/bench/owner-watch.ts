import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Agent, request } from 'undici';

/** Tells when a component's status first names an owner. */
export interface OwnerWatch {
  /** Resolves with the time (`performance.now()`) at which the watch showed it; ask before changing the spec. */
  shown(component: string, ownerRef: string): Promise<number>;
  close(): Promise<void>;
}

interface WatchLine {
  type: string;
  object: { metadata: { name: string; resourceVersion: string }; status?: { ownerRef?: string } };
}

interface Waiter {
  ownerRef: string;
  resolve: (at: number) => void;
  reject: (error: Error) => void;
}

/** What of a kubeconfig the watch needs; the scripts write theirs as JSON. */
interface Kubeconfig {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  users: [{ user: { token: string } }];
}

/** One watch on the components of a namespace, from now on, as the account of a kubeconfig with a token. */
export async function watchOwners(options: { kubeconfig: string; namespace: string }): Promise<OwnerWatch> {
  const { clusters, users } = JSON.parse(await readFile(options.kubeconfig, 'utf8')) as Kubeconfig;
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;
  const headers = { authorization: `Bearer ${users[0].user.token}` };
  const dispatcher = new Agent({ connect: { ca: Buffer.from(authority, 'base64').toString('utf8') }, bodyTimeout: 0 });
  const collection = new URL(`/apis/portolan.dev/v1alpha1/namespaces/${options.namespace}/components`, server);
  const list = await request(`${collection.href}?limit=1`, { dispatcher, headers });
  let { resourceVersion } = ((await list.body.json()) as { metadata: { resourceVersion: string } }).metadata;
  const open = async (): Promise<Readable> => {
    const query = `watch=true&resourceVersion=${resourceVersion}&timeoutSeconds=3600`;
    const { body, statusCode } = await request(`${collection.href}?${query}`, { dispatcher, headers });
    if (statusCode !== 200) throw new Error(`watch of components: ${statusCode}`);
    return body.setEncoding('utf8');
  };

  const waiting = new Map<string, Waiter>();
  const take = (line: string, at: number): void => {
    const { type, object } = JSON.parse(line) as WatchLine;
    if (type === 'ERROR') throw new Error(line);
    ({ resourceVersion } = object.metadata);
    const waiter = waiting.get(object.metadata.name);
    if (waiter === undefined || object.status?.ownerRef !== waiter.ownerRef) return;
    waiting.delete(object.metadata.name);
    waiter.resolve(at);
  };
  const read = async (stream: Readable): Promise<void> => {
    let rest = '';
    for await (const chunk of stream) {
      const at = performance.now();
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line, at);
    }
  };

  let isClosed = false;
  let stream = await open();
  const readOn = async (): Promise<void> => {
    for (;;) {
      await read(stream);
      if (isClosed) return;
      // An API server on a busy machine ends watches that it takes for slow, in good order: go on from there.
      stream = await open();
    }
  };
  const ended = readOn().catch((cause: unknown) => {
    for (const { reject } of waiting.values()) reject(new Error('the watch of components ended', { cause }));
  });
  return {
    shown: (component, ownerRef) =>
      new Promise((resolve, reject) => waiting.set(component, { ownerRef, resolve, reject })),
    close: async () => {
      isClosed = true;
      stream.destroy();
      await ended;
      await dispatcher.destroy();
    },
  };
}
