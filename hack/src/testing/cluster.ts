import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, inject } from 'vitest';
import type {} from './control-plane-setup.ts';
import { createAdminClient } from '../control-plane/admin-client.ts';
import { renderFor } from '../control-plane/kubeconfig.ts';
import { createKubectl, outputOf, type Kubectl } from '../control-plane/kubectl.ts';
import { toolsOfBinary } from '../control-plane/tools.ts';

/** The shared control plane as a test file sees it. Its requests are the administrator's: for setting up and looking. */
export interface TestCluster {
  readonly server: string;
  /** File of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  /** Server-side apply of YAML or JSON text; throws `HACK_KUBECTL` with the API server's words when it is refused. */
  apply(manifests: string): Promise<string>;
  /** A request with a JSON body; does not throw for a refusal. */
  request<Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<{ status: number; body: Body }>;
  /** Creates a namespace that no other test has, with its default ServiceAccount; it is deleted after the file. */
  namespace(prefix?: string): Promise<string>;
  /** Creates the ServiceAccount when absent; returns the file of a kubeconfig that acts as it. */
  serviceAccountKubeconfig(options: { namespace: string; name: string }): Promise<string>;
  /** Asks until `read` answers something other than undefined; throws after `timeoutMs` (30 s). */
  eventually<T>(what: string, read: () => Promise<T | undefined>, timeoutMs?: number): Promise<T>;
}

/** Call it once at the top of a `*.cluster.test.ts`, `*.process.test.ts` or `*.browser.test.ts`. */
export function useCluster(): TestCluster {
  const shared = inject('controlPlane');
  const kubectl = createKubectl({
    command: toolsOfBinary(shared.binary).kubectl,
    kubeconfig: shared.kubeconfig,
    directory: shared.directory,
  });
  const admin = readAdmin(shared.kubeconfig);
  const namespaces: string[] = [];

  afterAll(async () => {
    const client = await admin;
    for (const name of namespaces) await client.request('DELETE', `/api/v1/namespaces/${name}`);
    await client.close();
  });

  const request: TestCluster['request'] = async <Body>(method: string, path: string, body?: unknown, type?: string) => {
    const answer = await (await admin).request(method, path, body, type);
    return { status: answer.status, body: answer.body as Body };
  };
  const eventually: TestCluster['eventually'] = async (what, read, timeoutMs = 30_000) => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const value = await read();
      if (value !== undefined) return value;
      if (Date.now() > deadline) throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
      await sleep(50);
    }
  };
  return {
    server: shared.server,
    kubeconfig: shared.kubeconfig,
    kubectl,
    request,
    eventually,
    apply: async (manifests) =>
      outputOf(kubectl, ['apply', '--server-side', '--field-manager=test', '-f', '-'], manifests),
    namespace: async (prefix = 'test') => {
      const name = `${prefix}-${randomBytes(4).toString('hex')}`;
      await outputOf(kubectl, ['create', 'namespace', name]);
      namespaces.push(name);
      // Pods are refused until the controller-manager has made it.
      await eventually(`ServiceAccount default of ${name}`, async () => {
        const { status } = await request('GET', `/api/v1/namespaces/${name}/serviceaccounts/default`);
        return status === 200 ? true : undefined;
      });
      return name;
    },
    serviceAccountKubeconfig: async ({ namespace, name }) => {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
      await request('POST', path, { metadata: { name } });
      const token = await outputOf(kubectl, ['create', 'token', name, '-n', namespace, '--duration', '24h']);
      const { clusters } = await readKubeconfig(shared.kubeconfig);
      const file = join(shared.directory, `${namespace}-${name}.kubeconfig`);
      await writeFile(file, renderFor('portolan', clusters[0].cluster, { token: token.trim() }), { mode: 0o600 });
      return file;
    },
  };
}

interface AdminKubeconfig {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
}

/** The administrator's kubeconfig is our own JSON. */
async function readKubeconfig(file: string): Promise<AdminKubeconfig> {
  return JSON.parse(await readFile(file, 'utf8')) as AdminKubeconfig;
}

async function readAdmin(file: string): Promise<ReturnType<typeof createAdminClient>> {
  const { clusters, users } = await readKubeconfig(file);
  const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');
  return createAdminClient({
    server: clusters[0].cluster.server,
    certificateAuthority: decode(clusters[0].cluster['certificate-authority-data']),
    certificate: decode(users[0].user['client-certificate-data']),
    key: decode(users[0].user['client-key-data']),
  });
}
