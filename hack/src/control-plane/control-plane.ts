import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endedEarly, startProcess, untilReady, type Command, type ManagedProcess } from '../process/managed-process.ts';
import type { ProcessRecord } from '../process/process-record.ts';
import { createAdminClient, type AdminClient } from './admin-client.ts';
import { createCertificateAuthority, createSigningKey, type CertifiedKey } from './certificates.ts';
import * as components from './components.ts';
import { renderKubeconfig } from './kubeconfig.ts';
import { createKubectl, outputOf, type Kubectl } from './kubectl.ts';
import { freePort } from './ports.ts';
import { ensureBinary } from './binaries.ts';
import { toolsOfBinary, type ControlPlaneTools } from './tools.ts';

/** A running Kubernetes control plane on loopback ports. */
export interface ControlPlane {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** Where etcd listens for clients, `http://127.0.0.1:PORT`. */
  readonly etcd: string;
  /** File of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly directory: string;
  /** The program that etcd is started with; the multi-call binary unless `tools` said otherwise. */
  readonly binary: string;
  readonly kubectl: Kubectl;
  /** Requests as administrator. */
  readonly admin: AdminClient;
  /** etcd, kube-apiserver and what else was asked for, in start order. */
  readonly processes: () => readonly ManagedProcess[];
  /** Writes a kubeconfig of a ServiceAccount, created when absent, with a token for a day; returns its server. */
  serviceAccountKubeconfig(options: { namespace: string; name: string; file: string }): Promise<string>;
  /** Ends kube-apiserver; etcd keeps the data. */
  stopApiServer(): Promise<void>;
  /** Starts kube-apiserver again, on the same port over the same etcd. */
  startApiServer(): Promise<void>;
  /** Rejects when a process ends that nobody stopped. */
  readonly failed: Promise<never>;
  /** Stops everything in reverse order. Its folder stays. */
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  /** Folder for data, keys, kubeconfigs and logs; created. */
  directory: string;
  log: (line: string) => void;
  /** Default: the cached multi-call binary, built first when it is not there. */
  tools?: ControlPlaneTools | undefined;
  /** Starts kube-controller-manager: service accounts, rollouts, garbage collection. Default: no. */
  controllerManager?: boolean | undefined;
  /** Starts kube-scheduler. Default: no. */
  scheduler?: boolean | undefined;
  /** Starts kwok, which plays the nodes that carry its annotation by the stages of a file. Default: no. */
  kwok?: { stages: string } | undefined;
  /** Further flags of kube-apiserver. */
  apiServerArgs?: readonly string[] | undefined;
  /** Called with each process as soon as it exists. */
  remember?: ((record: ProcessRecord) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Cold starts on a loaded two-core machine took 12 s; more than this is a fault. */
const readyMs = 120_000;
const stopMs = 8_000;
/** With clients connected it drains for a minute; its state is in etcd, so a kill loses nothing. */
const apiServerStopMs = 1_000;

/**
 * Starts etcd and kube-apiserver with an authority of their own, and on request the controller-manager, the scheduler
 * and kwok. Resolves when the API server is ready; leaves no process behind when it fails.
 * @throws {HackError} `HACK_PROCESS_ENDED`, `HACK_NOT_READY`, and those of {@link ensureBinary}
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { directory, log, signal, remember } = options;
  const tools = options.tools ?? toolsOfBinary(await ensureBinary('control-plane', { log, signal }));
  const files = components.filesOf(directory);
  await mkdir(files.logs, { recursive: true, mode: 0o700 });
  const [etcdPort, peerPort, securePort] = [await freePort(), await freePort(), await freePort()];
  const server = `https://127.0.0.1:${securePort}`;
  const admin = createAdminClient({ server, ...(await writeIdentities(files, server)) });
  const started: ManagedProcess[] = [];
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  // Who does not ask for it must not crash by it.
  failed.catch(() => undefined);
  let stopping = false;

  const start = (name: string, command: Command, args: readonly string[]): ManagedProcess => {
    const child = startProcess({ name, command, args, logFile: join(files.logs, `${name}.log`), remember });
    started.push(child);
    void child.ended.then(async () => {
      if (!stopping && started.includes(child)) fail(await endedEarly(child));
    });
    return child;
  };
  const startApiServer = async (): Promise<void> => {
    const flags = components.apiServerArgs(files, { etcd: etcdPort, secure: securePort });
    const child = start('kube-apiserver', tools.apiServer, [...flags, ...(options.apiServerArgs ?? [])]);
    await untilReady(child, async () => admin.isOk('/readyz'), { timeoutMs: readyMs, signal });
  };
  const stop = async (): Promise<void> => {
    stopping = true;
    // A control plane whose etcd is gone hangs: the youngest go first.
    for (const child of started.toReversed()) await child.stop(graceOf(child));
    await admin.close();
  };

  const kubectl = createKubectl({ command: tools.kubectl, kubeconfig: files.adminKubeconfig, directory });
  try {
    const startedAt = Date.now();
    const etcd = start('etcd', tools.etcd, components.etcdArgs(files, { client: etcdPort, peer: peerPort }));
    const health = `http://127.0.0.1:${etcdPort}/health`;
    await untilReady(etcd, async () => isHealthy(health), { timeoutMs: readyMs, signal });
    await startApiServer();
    log(`etcd and kube-apiserver are ready at ${server} after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
    if (options.controllerManager === true && tools.controllerManager !== undefined) {
      start('kube-controller-manager', tools.controllerManager, components.controllerManagerArgs(files));
    }
    if (options.scheduler === true && tools.scheduler !== undefined) {
      start('kube-scheduler', tools.scheduler, components.schedulerArgs(files));
    }
    if (options.kwok !== undefined) {
      const { stages } = options.kwok;
      const kwok = await ensureBinary('kwok', { log, signal });
      start('kwok', [kwok], components.kwokArgs({ kubeconfig: files.kwokKubeconfig, stages, port: await freePort() }));
    }
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    server,
    etcd: `http://127.0.0.1:${etcdPort}`,
    kubeconfig: files.adminKubeconfig,
    directory,
    binary: tools.etcd[0],
    kubectl,
    admin,
    processes: () => started,
    failed,
    stop,
    startApiServer,
    stopApiServer: async () => {
      const index = started.findIndex((child) => child.name === 'kube-apiserver');
      const [child] = index === -1 ? [] : started.splice(index, 1);
      await child?.stop(apiServerStopMs);
    },
    serviceAccountKubeconfig: async ({ namespace, name, file }) => {
      const account = await kubectl(['create', 'serviceaccount', name, '-n', namespace]);
      if (
        account.code !== 0 &&
        !account.stderr.includes('AlreadyExists') &&
        !account.stderr.includes('already exists')
      ) {
        await outputOf(kubectl, ['get', 'serviceaccount', name, '-n', namespace]);
      }
      const token = await outputOf(kubectl, ['create', 'token', name, '-n', namespace, '--duration', '24h']);
      await writeSecret(
        file,
        renderKubeconfig({
          name: 'portolan',
          server,
          certificateAuthority: await readFile(files.certificateAuthority, 'utf8'),
          user: { token: token.trim() },
        }),
      );
      return server;
    },
  };
}

function graceOf(child: ManagedProcess): number {
  return child.name === 'kube-apiserver' ? apiServerStopMs : stopMs;
}

async function isHealthy(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

/** Writes the authority, certificates, keys and kubeconfigs; returns the administrator's. */
async function writeIdentities(
  files: components.ControlPlaneFiles,
  server: string,
): Promise<CertifiedKey & { certificateAuthority: string }> {
  const authority = createCertificateAuthority({ name: 'portolan-control-plane', now: new Date() });
  const serving = authority.issueServer(['localhost', 'kubernetes', 'kubernetes.default.svc', '127.0.0.1', '10.0.0.1']);
  const signing = createSigningKey();
  const administrator = authority.issueClient({ commonName: 'portolan-admin', organization: 'system:masters' });
  const kubeconfig = (user: CertifiedKey): string =>
    renderKubeconfig({ name: 'portolan', server, certificateAuthority: authority.certificate, user });
  await mkdir(join(files.certificateAuthority, '..'), { recursive: true, mode: 0o700 });
  await Promise.all([
    writeSecret(files.certificateAuthority, authority.certificate),
    writeSecret(files.serverCertificate, serving.certificate),
    writeSecret(files.serverKey, serving.key),
    writeSecret(files.signingKey, signing.privateKey),
    writeSecret(files.signingPublicKey, signing.publicKey),
    writeSecret(files.adminKubeconfig, kubeconfig(administrator)),
    writeSecret(
      files.controllerManagerKubeconfig,
      kubeconfig(authority.issueClient({ commonName: 'system:kube-controller-manager' })),
    ),
    writeSecret(files.schedulerKubeconfig, kubeconfig(authority.issueClient({ commonName: 'system:kube-scheduler' }))),
    // kwok plays kubelets, which no role of its own describes.
    writeSecret(
      files.kwokKubeconfig,
      kubeconfig(authority.issueClient({ commonName: 'kwok', organization: 'system:masters' })),
    ),
  ]);
  return { ...administrator, certificateAuthority: authority.certificate };
}

async function writeSecret(file: string, content: string): Promise<void> {
  await writeFile(file, content, { mode: 0o600 });
}
