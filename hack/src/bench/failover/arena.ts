import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startControlPlane, type ControlPlane } from '../../control-plane/control-plane.ts';
import { outputOf } from '../../control-plane/kubectl.ts';
import { freePort } from '../../control-plane/ports.ts';
import { throughPort } from '../../end-to-end/kubeconfigs.ts';
import { entity } from '../../end-to-end/manifests.ts';
import { startPortolan, type Portolan } from '../../end-to-end/portolan.ts';
import { createTcpProxy, type TcpProxy } from '../../end-to-end/tcp-proxy.ts';
import { installPortolan, operatorAccount } from '../../install/install.ts';
import { signalGroup } from '../../process/process-record.ts';
import { auditPolicy, createAuditReader, credentialOf, type AuditedWrite } from './audit.ts';

/** One of the two operators: a process, its own token, and its own way to the API server. */
export interface Contender {
  readonly name: string;
  readonly credential: string;
  readonly kubeconfig: string;
  readonly proxy: TcpProxy;
  portolan: Portolan;
}

/** A control plane with an audit log, two operators in role `all`, and a catalog that keeps changing. */
export interface Arena {
  readonly timing: { durationS: number; deadlineS: number; retryS: number };
  readonly changesPerSecond: number;
  /** Resolves when one leads and the other stands by. */
  roles(): Promise<{ leader: Contender; standby: Contender }>;
  /** Every write so far. */
  writes(): Promise<readonly AuditedWrite[]>;
  /** Starts a process that has ended; resolves when it is ready. */
  restart(contender: Contender): Promise<void>;
  /** Asks until there is an answer; throws after 60 s. */
  until<T>(what: string, read: () => Promise<T | undefined>): Promise<T>;
  stop(): Promise<void>;
}

const namespace = 'bench';
const groupCount = 40;
const changesPerSecond = 60;

/** The usual proportions, 15 s : 10 s : 2 s. */
function timingOf(durationS: number): Arena['timing'] {
  return { durationS, deadlineS: (durationS * 2) / 3, retryS: (durationS * 2) / 15 };
}

/** Starts an {@link Arena} in a folder of its own, with a lease of so many seconds. */
export async function startArena(directory: string, leaseS: number): Promise<Arena> {
  const timing = timingOf(leaseS);
  const flags = [
    ['--lease-duration', timing.durationS],
    ['--lease-renew-deadline', timing.deadlineS],
    ['--lease-retry-period', timing.retryS],
  ]
    .flat()
    .map(String);
  const auditLog = join(directory, 'audit.log');
  const controlPlane = await startAudited(directory, auditLog);
  const contenders: Contender[] = [];
  const halt = new AbortController();
  let changing: Promise<void> | undefined;

  const stop = async (): Promise<void> => {
    halt.abort();
    await changing;
    for (const { portolan, proxy } of contenders) {
      if (portolan.process.isRunning()) signalGroup(portolan.process.pid, 'SIGCONT');
      await portolan.stop();
      await proxy.close();
    }
    await controlPlane.stop();
  };
  const until: Arena['until'] = async (what, read) => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const value = await read();
      if (value !== undefined) return value;
      if (Date.now() > deadline) throw new Error(`not within 60 s: ${what}`);
      await sleep(50);
    }
  };
  try {
    await installPortolan({ kubectl: controlPlane.kubectl, ownsCluster: true });
    await outputOf(controlPlane.kubectl, ['create', 'namespace', namespace]);
    await createGroups(controlPlane);
    for (const name of ['a', 'b']) contenders.push(await startContender({ name, flags, controlPlane, directory }));
    changing = keepChanging(controlPlane, halt.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    timing,
    changesPerSecond,
    until,
    stop,
    roles: async () =>
      until('one leads and one stands by', async () => {
        const lines = await Promise.all(contenders.map(async ({ portolan }) => (await portolan.readyz()).text));
        const leader = contenders.find((_, at) => lines[at]?.includes('leader ok: leading'));
        const standby = contenders.find((_, at) => lines[at]?.includes('leader ok: standby of'));
        return leader === undefined || standby === undefined ? undefined : { leader, standby };
      }),
    writes: createAuditReader(auditLog),
    restart: async (contender) => {
      await contender.portolan.stop();
      contender.portolan = await startPortolan({ kubeconfig: contender.kubeconfig, flags });
      await contender.portolan.ready();
    },
  };
}

async function startAudited(directory: string, auditLog: string): Promise<ControlPlane> {
  await mkdir(directory, { recursive: true });
  const policy = join(directory, 'audit-policy.json');
  const user = `system:serviceaccount:${operatorAccount.namespace}:${operatorAccount.name}`;
  await writeFile(policy, JSON.stringify(auditPolicy(user)));
  return startControlPlane({
    directory: join(directory, 'control-plane'),
    log: (line) => void process.stderr.write(`${line}\n`),
    apiServerArgs: [`--audit-policy-file=${policy}`, `--audit-log-path=${auditLog}`],
  });
}

async function startContender(options: {
  name: string;
  flags: readonly string[];
  controlPlane: ControlPlane;
  directory: string;
}): Promise<Contender> {
  const { name, flags, controlPlane } = options;
  const directory = join(options.directory, name);
  await mkdir(directory);
  const file = join(directory, 'operator.kubeconfig');
  await controlPlane.serviceAccountKubeconfig({ ...operatorAccount, file });
  const proxy = createTcpProxy({ port: await freePort(), target: Number(new URL(controlPlane.server).port) });
  await proxy.open();
  const kubeconfig = await throughPort({ kubeconfig: file, port: proxy.port, directory });
  const portolan = await startPortolan({ kubeconfig, flags });
  await portolan.ready();
  return { name, credential: await credentialOf(file), kubeconfig, proxy, portolan };
}

const groupsPath = `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/groups`;

async function createGroups({ admin }: ControlPlane): Promise<void> {
  for (let at = 0; at < groupCount; at += 1) {
    const { status } = await admin.request(
      'POST',
      groupsPath,
      entity({ kind: 'Group', namespace, name: `team-${at}` }),
    );
    if (status !== 201) throw new Error(`group team-${at} was answered with ${status}`);
  }
}

/** Changes one group after the other at an even pace; each change asks for one status write. */
async function keepChanging({ admin }: ControlPlane, signal: AbortSignal): Promise<void> {
  for (let at = 0; !signal.aborted; at += 1) {
    const body = { spec: { type: `type-${at}` } };
    await admin.request('PATCH', `${groupsPath}/team-${at % groupCount}`, body, 'application/merge-patch+json');
    await sleep(1000 / changesPerSecond);
  }
}
