import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { EntityStatus } from '@portolan/crds';
import { Agent, request } from 'undici';

/** One version of a component, as the API server sent it. */
export interface ComponentVersion {
  name: string;
  namespace: string;
  status: EntityStatus | undefined;
  /** When it arrived (`performance.now()`). */
  at: number;
}

/** A watch on components that goes on until it is closed. */
export interface ComponentWatch {
  /** Rejects when it cannot go on. */
  failed: Promise<never>;
  close(): Promise<void>;
}

interface WatchLine {
  type: string;
  object: { metadata: { name: string; namespace: string; resourceVersion: string }; status?: EntityStatus };
}

/** What of a kubeconfig it needs; the scripts write theirs as JSON. */
interface Kubeconfig {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  users: [{ user: { token: string } }];
}

/** Watches the components of a namespace from now on, as the account of a kubeconfig with a token. */
export async function watchComponents(options: {
  kubeconfig: string;
  namespace: string;
  onVersion: (version: ComponentVersion) => void;
}): Promise<ComponentWatch> {
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
  const take = (line: string, at: number): void => {
    const { type, object } = JSON.parse(line) as WatchLine;
    if (type === 'ERROR') throw new Error(line);
    const { name, namespace } = object.metadata;
    ({ resourceVersion } = object.metadata);
    options.onVersion({ name, namespace, status: object.status, at });
  };

  let isClosed = false;
  let stream = await open();
  const readOn = async (): Promise<void> => {
    for (;;) {
      let rest = '';
      for await (const chunk of stream) {
        const at = performance.now();
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) take(line, at);
      }
      if (isClosed) return;
      // An API server on a busy machine ends watches that it takes for slow, in good order: go on from there.
      stream = await open();
    }
  };
  const { promise: failed, reject } = Promise.withResolvers<never>();
  // Who does not ask for it must not crash by it.
  failed.catch(() => undefined);
  const ended = readOn().catch((cause: unknown) => {
    if (!isClosed) reject(new Error('the watch of components ended', { cause }));
  });
  return {
    failed,
    close: async () => {
      isClosed = true;
      stream.destroy();
      await ended;
      await dispatcher.destroy();
    },
  };
}
