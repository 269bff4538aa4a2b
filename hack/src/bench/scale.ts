import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBenchCluster, warmUp, type BenchCluster } from './cluster.ts';
import { operatorAccount } from '../install/install.ts';
import { countRequests } from './api-server-counter.ts';
import type { Account } from './contestant.ts';
import { podStart } from './pod-start.ts';
import { component, group, nameOf, namespace, teams } from './component-shapes.ts';
import { processCost } from './process-cost.ts';
import { startScaledOperator, type ScaledOperator } from './scaled-operator.ts';

const writers = 32;
const quietMs = 5_000;
/** Its metrics cost the operator some milliseconds each time. */
const pollMs = 1_000;
const settledMs = 60_000;

type Print = (line: string) => void;

/** `hack/bench scale N`: role `operator` over N Components of 2.2 kB on a real API server, then once more after a restart. */
export async function benchScale(count: number, print: Print): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const cluster = await startBenchCluster({ directory, namespace });
  // Its processes are in groups of their own: whoever ends this one must not leave them behind.
  const end = (): void => void cluster.stop().finally(() => process.exit(1));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  try {
    const kubeconfig = cluster.operatorKubeconfig;
    const pod = await podStart({ directory, kubeconfig, namespace: operatorAccount.namespace });
    if (pod === undefined) print('cannot be started as in a pod on this machine: with a kubeconfig, at 50 MiB');
    const account = { kubeconfig, pod };
    const startedAt = performance.now();
    const bytes = await createAll(cluster, count);
    const tookMs = performance.now() - startedAt;
    print(
      `${count} components and ${teams} groups created in ${seconds(tookMs)} (${(count / (tookMs / 1000)).toFixed(0)}/s); ${bytes} bytes each as served, before their status`,
    );
    await warmUp(cluster);
    await measure(cluster, { account, print, title: 'first start' });
    print(`${await sizeOf(cluster, 0)} bytes each as served, with their status`);
    await measure(cluster, { account, print, title: 'restart' });
  } finally {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function measure(
  cluster: BenchCluster,
  { account, print, title }: { account: Account; print: Print; title: string },
): Promise<void> {
  const before = await writesIn(cluster);
  const operator = await startScaledOperator(account);
  try {
    const syncedAt = await operator.ready();
    print(`${title}: synced after ${seconds(syncedAt - operator.startedAt)}`);
    await tell(operator, print, 'when synced');
    const settledAt = await untilQuiet(operator);
    const writes = (await writesIn(cluster)) - before;
    const settled =
      writes === 0 ? 'no status was written' : `all statuses after ${seconds(settledAt - operator.startedAt)}`;
    print(`${title}: ${settled}; writes by the API server's counter: ${writes}`);
    await tell(operator, print, 'when settled');
    await sleep(settledMs);
    await tell(operator, print, '60 s later');
    print(`${title}: writes in those 60 s: ${(await writesIn(cluster)) - before - writes}`);
    print(`${title}: ${await operator.outcomes()}`);
  } finally {
    await operator.stop();
  }
}

async function tell(operator: ScaledOperator, print: Print, when: string): Promise<void> {
  const { rssMiB, peakRssMiB, cpuSeconds } = await processCost(operator.pid);
  const { maxMs, p99Ms, busyMs, gcMs } = await operator.loopDelay();
  print(
    `  ${when}: RSS ${rssMiB.toFixed(0)} MiB, peak ${peakRssMiB.toFixed(0)} MiB, CPU ${cpuSeconds.toFixed(1)} s, longest loop stall ${maxMs.toFixed(0)} ms (p99 ${p99Ms.toFixed(0)}), at most ${busyMs.toFixed(0)} ms of CPU and ${gcMs.toFixed(0)} ms of collection in one`,
  );
}

/** Creates groups first, so that every ref resolves; gives the size of one component as the API server sends it. */
async function createAll(cluster: BenchCluster, count: number): Promise<number> {
  await inParallel(teams, (at) => create(cluster, 'groups', group(at)));
  await inParallel(count, (at) => create(cluster, 'components', component(at)));
  return sizeOf(cluster, 0);
}

async function inParallel(count: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) await work(at);
  };
  await Promise.all(Array.from({ length: writers }, worker));
}

function collection(plural: string): string {
  return `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/${plural}`;
}

async function create(cluster: BenchCluster, plural: string, body: object): Promise<void> {
  const status = await cluster.request('POST', `${collection(plural)}?fieldManager=kubectl-client-side-apply`, body);
  if (status !== 201) throw new Error(`failed to create one of ${plural}: ${status}`);
}

async function sizeOf(cluster: BenchCluster, at: number): Promise<number> {
  return (await cluster.text(`${collection('components')}/${nameOf(at)}`)).length;
}

async function writesIn(cluster: BenchCluster): Promise<number> {
  return countRequests(await cluster.text('/metrics'), 'portolan.dev').writes;
}

/** Waits until the operator has written nothing for a while; gives the time of the last write. */
async function untilQuiet(operator: ScaledOperator): Promise<number> {
  // Its own count, as asking the API server for its metrics costs it as much as 100 writes.
  let last = await operator.written();
  let changedAt = performance.now();
  while (performance.now() - changedAt < quietMs) {
    await sleep(pollMs);
    const now = await operator.written();
    if (now !== last) changedAt = performance.now();
    last = now;
  }
  return changedAt;
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
