import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { operatorAccount } from '../../install/install.ts';
import { countRequests } from '../api-server-counter.ts';
import { startBenchCluster, warmUp, type BenchCluster } from '../cluster.ts';
import type { Account } from '../contestant.ts';
import { milliseconds } from '../latency.ts';
import { podStart } from '../pod-start.ts';
import { processCost } from '../process-cost.ts';
import { startScaledOperator, type ScaledOperator } from '../scaled-operator.ts';
import {
  createGround,
  createSend,
  elsewhere,
  namespace,
  unitOf,
  workloadOf,
  type Send,
  type StoredObject,
} from './fleet.ts';
import { importObjects } from './etcd-import.ts';
import { measurePropagation, type Propagation } from './propagation.ts';
import { rollingRestart } from './rolling-restart.ts';

const replicas = 2;
/** A workload that no component claims has so many pods. */
const replicasElsewhere = 30;
const quietMs = 5_000;
/** Whoever writes for longer than that never comes to rest: the bench says so and ends. */
const restMs = 4 * 60_000;
const quietMinuteMs = 60_000;
/** No restart begins later, so that the whole ends within twelve minutes on two busy cores. */
const restartUntilMs = 9 * 60_000;

type Print = (line: string) => void;

interface Sizes {
  components: number;
  pods: number;
  changes: number;
  perSecond: number;
  restarts: number;
}

/**
 * `hack/bench health [--components N] [--pods N] [--changes N] [--per-second N] [--restarts N]`: what health costs, and
 * how soon a pod's change shows. Role `all` over etcd and an API server; the bench writes what the controllers of
 * Kubernetes and kubelets would, so that nothing is measured but Portolan and the API server. Prints one Markdown table.
 */
export async function benchHealth(args: readonly string[], print: Print): Promise<void> {
  const sizes = sizesOf(args);
  const directory = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const cluster = await startBenchCluster({ directory, namespace });
  // Its processes are in groups of their own: whoever ends this one must not leave them behind.
  const end = (): void => void cluster.stop().finally(() => process.exit(1));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  try {
    const kubeconfig = cluster.operatorKubeconfig;
    const pod = await podStart({ directory, kubeconfig, namespace: operatorAccount.namespace });
    if (pod === undefined) print('cannot be started as in a pod on this machine: with a kubeconfig, at 50 MiB');
    const rows = await measure({ cluster, account: { kubeconfig, pod }, sizes });
    print('| what | figure |');
    print('| --- | --- |');
    for (const [what, figure] of rows) print(`| ${what} | ${figure} |`);
  } finally {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function measure(options: {
  cluster: BenchCluster;
  account: Account;
  sizes: Sizes;
}): Promise<[string, string][]> {
  const { cluster, account, sizes } = options;
  const send = createSend(cluster);
  const startedAt = performance.now();
  const { components } = sizes;
  await createGround(send);
  await importObjects(cluster.etcd, units(components));
  say(`${components} components with ${replicas} pods each after ${seconds(performance.now() - startedAt)}`);
  await warmUp(cluster);
  const operator = await startScaledOperator(account, 'all');
  try {
    const syncedAt = await operator.ready();
    const settledAt = await untilQuiet(operator);
    say(`settled ${seconds(settledAt - operator.startedAt)} after its start`);
    const first = await operator.written();
    const changes = Math.min(sizes.changes, Math.floor(components / 2));
    const propagation = await measurePropagation({
      send,
      kubeconfig: cluster.operatorKubeconfig,
      url: operator.url,
      count: changes,
      perSecond: sizes.perSecond,
    });
    say(`propagation measured after ${seconds(performance.now() - startedAt)}`);
    const small = components * replicas;
    const others = Math.max(0, Math.ceil((sizes.pods - small) / replicasElsewhere));
    await importObjects(cluster.etcd, workloadsElsewhere(others));
    const pods = small + others * replicasElsewhere;
    say(`${pods} pods after ${seconds(performance.now() - startedAt)}`);
    await untilQuiet(operator);
    const loaded = await costOf(operator);
    const restart = await measureRestart({ cluster, send, operator, sizes, components, from: changes, startedAt });
    const quiet = await quietMinute(cluster);
    const last = await costOf(operator);
    return [
      ['entities, workloads linked, pods', `${components}, ${components}, ${small} of ${pods}`],
      ['start until every kind is in memory', seconds(syncedAt - operator.startedAt)],
      ['start until all statuses are written', `${seconds(settledAt - operator.startedAt)} (${first} writes)`],
      ...propagationRows(propagation, small, sizes.perSecond),
      [`RSS with ${pods} pods`, `${loaded.rssMiB.toFixed(0)} MiB (peak ${loaded.peakRssMiB.toFixed(0)} MiB)`],
      ['longest stall of the loop until then', stallOf(loaded)],
      ...restart,
      ['longest stall of the loop in the whole run', stallOf(last)],
      ['RSS at the end', `${last.rssMiB.toFixed(0)} MiB (peak ${last.peakRssMiB.toFixed(0)} MiB)`],
      ['CPU of the operator in the whole run', `${last.cpuSeconds.toFixed(1)} s`],
      ["writes in the quiet minute after, by the API server's counter", String(quiet)],
      ['the whole run', seconds(performance.now() - startedAt)],
    ];
  } finally {
    await operator.stop();
  }
}

function propagationRows(
  { changes, status, readApi }: Propagation,
  pods: number,
  perSecond: number,
): [string, string][] {
  const row = (where: string, { p50Ms, p99Ms, maxMs }: Propagation['status']): [string, string] => [
    `from a pod's status change to ${where}, ${perSecond} changes/s, ${pods} pods`,
    `p50 ${milliseconds(p50Ms)} ms, p99 ${milliseconds(p99Ms)} ms, max ${milliseconds(maxMs)} ms (${changes} changes)`,
  ];
  return [row("the entity's status, in a watch", status), row('the read API', readApi)];
}

function* units(count: number): Generator<StoredObject> {
  for (let at = 0; at < count; at += 1) yield* unitOf(at, replicas);
}

/** Pods of workloads that nobody claims. */
function* workloadsElsewhere(count: number): Generator<StoredObject> {
  for (let at = 0; at < count; at += 1) {
    yield* workloadOf({ namespace: elsewhere, name: `other-${at}`, replicas: replicasElsewhere });
  }
}

async function measureRestart(options: {
  cluster: BenchCluster;
  send: Send;
  operator: ScaledOperator;
  sizes: Sizes;
  components: number;
  /** Pods of those before it were changed already. */
  from: number;
  startedAt: number;
}): Promise<[string, string][]> {
  const { cluster, send, operator, sizes, components, from, startedAt } = options;
  const before = await writesIn(cluster);
  const began = performance.now();
  const restarted = await rollingRestart(send, {
    from,
    count: Math.min(sizes.restarts, components - from),
    replicas,
    deadline: startedAt + restartUntilMs,
  });
  const tookMs = performance.now() - began;
  say(`${restarted} deployments restarted in ${seconds(tookMs)}`);
  await untilQuiet(operator);
  const writes = (await writesIn(cluster)) - before;
  return [
    [
      `status writes per entity in a rolling restart of ${restarted} deployments (${seconds(tookMs)})`,
      `${(writes / Math.max(1, restarted)).toFixed(2)} (${writes} writes)`,
    ],
  ];
}

async function quietMinute(cluster: BenchCluster): Promise<number> {
  const before = await writesIn(cluster);
  await sleep(quietMinuteMs);
  return (await writesIn(cluster)) - before;
}

async function writesIn(cluster: BenchCluster): Promise<number> {
  return countRequests(await cluster.text('/metrics'), 'portolan.dev').writes;
}

/** The difference between a stall and what it was busy with is waiting for a core. */
function stallOf({ maxMs, p99Ms, busyMs, gcMs }: Awaited<ReturnType<typeof costOf>>): string {
  const [max, p99, busy, gc] = [maxMs, p99Ms, busyMs, gcMs].map((each) => `${milliseconds(each)} ms`);
  return `${max} (busy ${busy}, collector ${gc}), p99 ${p99}`;
}

async function costOf(operator: ScaledOperator) {
  return { ...(await processCost(operator.pid)), ...(await operator.loopDelay()) };
}

/** Waits until the operator has written nothing for a while; gives the time of the last write. */
async function untilQuiet(operator: ScaledOperator): Promise<number> {
  // Its own count, as asking the API server for its metrics costs it as much as 100 writes.
  let last = await operator.written();
  const startedAt = performance.now();
  let changedAt = startedAt;
  while (performance.now() - changedAt < quietMs) {
    if (performance.now() - startedAt > restMs) throw new Error(`it still writes after ${seconds(restMs)}`);
    await sleep(200);
    const written = await operator.written();
    if (written !== last) changedAt = performance.now();
    last = written;
  }
  return changedAt;
}

function sizesOf(args: readonly string[]): Sizes {
  const { values } = parseArgs({
    args: [...args],
    options: {
      components: { type: 'string', default: '10000' },
      pods: { type: 'string', default: '50000' },
      changes: { type: 'string', default: '400' },
      'per-second': { type: 'string', default: '20' },
      restarts: { type: 'string', default: '1000' },
    },
  });
  const number = (name: keyof typeof values): number => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number above 0`);
    return value;
  };
  return {
    components: number('components'),
    pods: number('pods'),
    changes: number('changes'),
    perSecond: number('per-second'),
    restarts: number('restarts'),
  };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
