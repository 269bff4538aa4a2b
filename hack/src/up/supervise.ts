import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBinary } from '../control-plane/binaries.ts';
import { kwokArgs } from '../control-plane/components.ts';
import { freePort, requireFreePort } from '../control-plane/ports.ts';
import { HackError } from '../errors.ts';
import { installPortolan } from '../install/install.ts';
import { applySamples, untilEntitiesReady } from '../install/samples.ts';
import { paths } from '../paths.ts';
import { follow } from '../process/follow.ts';
import { endedEarly, startProcess, type ManagedProcess } from '../process/managed-process.ts';
import type { UpArgs } from './args.ts';
import { chooseCluster, writeKubectlScript, type ChosenCluster } from './clusters.ts';
import { readableLine } from './log-lines.ts';
import { startOperator, writeOperatorKubeconfig } from './operator.ts';
import { keepOperatorToken } from './operator-token.ts';
import type { Ready, UpState } from './state.ts';

export interface SuperviseOptions {
  args: UpArgs;
  port: number;
  samples: boolean;
  /** Claimed by this process. */
  state: UpState;
  log: (line: string) => void;
  /** A line of the operator, made readable. */
  operatorLog: (line: string) => void;
  onReady: (ready: Ready) => void;
  /** Ends it; everything is stopped in reverse order and the state is removed. */
  signal: AbortSignal;
}

/** Everything from nothing to a running Portolan, and back again. Resolves after `signal`; rejects when something fails. */
export async function supervise(options: SuperviseOptions): Promise<void> {
  const { state, signal, log } = options;
  // What is running, in start order.
  const stops: (() => Promise<void>)[] = [];
  const inside = new AbortController();
  let failed = true;
  try {
    state.clean();
    await startEverything({ ...options, stops, inside: inside.signal });
    failed = false;
  } catch (error) {
    // What fails because it was told to stop has not failed.
    if (!signal.aborted) throw error;
    failed = false;
  } finally {
    inside.abort();
    if (stops.length > 0) log('stopping');
    for (const stop of stops.toReversed()) {
      await stop().catch((error: unknown) => {
        log(String(error));
      });
    }
    // Somebody will want to read why.
    state.clear(failed);
  }
}

type Inside = SuperviseOptions & { stops: (() => Promise<void>)[]; inside: AbortSignal };

async function startEverything(options: Inside): Promise<void> {
  const { args, state, signal, log, stops, inside, port } = options;
  await requireFreePort(port);
  await mkdir(state.logs, { recursive: true, mode: 0o700 });
  const cluster = await chooseCluster({ args, state, log, signal });
  stops.push(async () => cluster.stop());
  await writeKubectlScript(cluster, state.file('bin'));
  const { kubectl } = cluster;

  await installPortolan({ kubectl, ownsCluster: cluster.isOurs });
  log('installed: CRDs, roles, and the ServiceAccount of the operator');
  signal.throwIfAborted();

  const tokenFile = state.file('operator-token');
  const operatorKubeconfig = state.file('operator.kubeconfig');
  await keepOperatorToken({ kubectl, file: tokenFile, log, signal: inside });
  await writeOperatorKubeconfig({ kubectl, file: operatorKubeconfig, tokenFile });
  void follow(join(state.logs, 'portolan.log'), {
    signal: inside,
    onLine: (line) => {
      options.operatorLog(readableLine(line));
    },
  });
  const operator = await startOperator({
    kubeconfig: operatorKubeconfig,
    port,
    logs: state.logs,
    signal,
    remember: (record) => {
      state.remember(record);
    },
  });
  stops.push(async () => operator.process.stop());
  log('portolan: ready');
  const broken = Promise.race([
    cluster.failed,
    operator.process.ended.then(async () => {
      throw await endedEarly(operator.process);
    }),
  ]);
  // Looked at only below; until then a failure must not end the process unheard.
  broken.catch(() => undefined);

  if (options.samples) await Promise.race([bringSamples(options, cluster), broken]);
  signal.throwIfAborted();
  const ready: Ready = { url: `http://127.0.0.1:${port}`, kubeconfig: cluster.kubeconfig, token: null };
  state.markReady(ready);
  options.onReady(ready);
  await Promise.race([broken, untilAborted(signal)]);
}

async function bringSamples(options: Inside, cluster: ChosenCluster): Promise<void> {
  const { log } = options;
  const { kubectl, isOurs, runsWorkloads } = cluster;
  const kwok = cluster.kwok === 'needed' ? await startKwok(options, cluster) : undefined;
  const playsNodes = cluster.kwok === 'running' || kwok !== undefined;
  const count = await applySamples({ kubectl, ownsCluster: isOurs, workloads: runsWorkloads, nodes: playsNodes });
  if (!runsWorkloads) log('samples: the catalog only; nothing here would run the workloads');
  if (runsWorkloads && !playsNodes)
    log('samples: nothing plays nodes in this cluster, so the sample pods stay Pending');
  const outcome = (await untilEntitiesReady(kubectl, options.signal))
    ? 'all entities are Ready'
    : 'not every entity is Ready; kubectl get catalog -A tells';
  log(`samples: ${count} objects applied; ${outcome}`);
}

/** kwok beside a cluster that is not ours to extend from within; without Go there is none, which is said and not fatal. */
async function startKwok(options: Inside, cluster: ChosenCluster): Promise<ManagedProcess | undefined> {
  const { state, log, signal } = options;
  let binary: string;
  try {
    binary = await ensureBinary('kwok', { log, signal });
  } catch (error) {
    if (!(error instanceof HackError)) throw error;
    log(`samples: no kwok: ${error.message}`);
    return undefined;
  }
  const child = startProcess({
    name: 'kwok',
    command: [binary],
    args: kwokArgs({ kubeconfig: cluster.kubeconfig, stages: paths.stages, port: await freePort() }),
    logFile: join(state.logs, 'kwok.log'),
    remember: (record) => {
      state.remember(record);
    },
  });
  options.stops.push(async () => child.stop());
  return child;
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
