import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kinds } from '@portolan/crds';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { AdminClient } from '../control-plane/admin-client.ts';
import { outputOf, type Kubectl } from '../control-plane/kubectl.ts';
import { installPortolan, operatorAccount } from '../install/install.ts';

/** A control plane of the bench's own: etcd and kube-apiserver, the CRDs, the operator's account, one namespace. */
export interface BenchCluster {
  /** `https://127.0.0.1:PORT`. */
  server: string;
  /** Where etcd listens for clients. */
  etcd: string;
  /** File of the administrator's kubeconfig. */
  kubeconfig: string;
  /** Sends a request as administrator; resolves with the status code. */
  request(method: string, path: string, body?: unknown): Promise<number>;
  /** Requests as administrator, with the answer's body. */
  admin: AdminClient;
  kubectl: Kubectl;
  /** The text of an endpoint that does not answer in JSON. */
  text(path: string): Promise<string>;
  /** File of a kubeconfig that acts as the operator's ServiceAccount. */
  operatorKubeconfig: string;
  stop(): Promise<void>;
}

/** Starts one; nothing but the operator under test works in it. */
export async function startBenchCluster(options: { directory: string; namespace: string }): Promise<BenchCluster> {
  const { directory, namespace } = options;
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const controlPlane = await startControlPlane({ directory, log });
  const { admin, kubectl } = controlPlane;
  await installPortolan({ kubectl, ownsCluster: true });
  await outputOf(kubectl, ['create', 'namespace', namespace]);
  const operatorKubeconfig = join(directory, 'operator.kubeconfig');
  await controlPlane.serviceAccountKubeconfig({ ...operatorAccount, file: operatorKubeconfig });
  return {
    server: controlPlane.server,
    etcd: controlPlane.etcd,
    kubeconfig: controlPlane.kubeconfig,
    admin,
    kubectl,
    request: async (method, path, body) => (await admin.request(method, path, body)).status,
    text: async (path) => outputOf(kubectl, ['get', '--raw', path]),
    operatorKubeconfig,
    stop: async () => controlPlane.stop(),
  };
}

/** A new API server answers 429 to the first watch of a kind while it fills its cache, and that is not the operator's time. */
export async function warmUp(cluster: BenchCluster): Promise<void> {
  for (const { plural } of kinds) {
    const path = `/apis/portolan.dev/v1alpha1/${plural}?limit=1&resourceVersion=0`;
    while ((await cluster.request('GET', path)) !== 200) await sleep(20);
  }
}
