import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';

/** Tells when a component's status first names an owner. */
export interface OwnerWatch {
  /** Resolves with the time (`performance.now()`) at which the watch showed it; ask before changing the spec. */
  shown(component: string, ownerRef: string): Promise<number>;
  close(): Promise<void>;
}

interface WatchLine {
  object: { metadata: { name: string }; status?: { ownerRef?: string } };
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
  const { metadata } = (await list.body.json()) as { metadata: { resourceVersion: string } };
  const query = `watch=true&resourceVersion=${metadata.resourceVersion}&timeoutSeconds=3600`;
  const { body, statusCode } = await request(`${collection.href}?${query}`, { dispatcher, headers });
  if (statusCode !== 200) throw new Error(`watch of components: ${statusCode}`);

  const waiting = new Map<
    string,
    { ownerRef: string; resolve: (at: number) => void; reject: (error: Error) => void }
  >();
  const read = async (): Promise<void> => {
    let rest = '';
    for await (const chunk of body.setEncoding('utf8')) {
      const at = performance.now();
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const { object } = JSON.parse(line) as WatchLine;
        const waiter = waiting.get(object.metadata.name);
        if (waiter === undefined || object.status?.ownerRef !== waiter.ownerRef) continue;
        waiting.delete(object.metadata.name);
        waiter.resolve(at);
      }
    }
  };
  // An end that nobody asked for fails whoever waits.
  const ended = read()
    .catch(() => undefined)
    .then(() => {
      for (const { reject } of waiting.values()) reject(new Error('the watch of components ended'));
    });
  return {
    shown: (component, ownerRef) =>
      new Promise((resolve, reject) => waiting.set(component, { ownerRef, resolve, reject })),
    close: async () => {
      body.destroy();
      await ended;
      await dispatcher.destroy();
    },
  };
}
