import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { operatorAccount } from '../install/install.ts';
import { startBenchCluster } from './cluster.ts';
import { portolan, type Account } from './contestant.ts';
import { podStart } from './pod-start.ts';
import { processCost, type ProcessCost } from './process-cost.ts';

const namespace = 'bench';
const trialsUnlessSaid = 5;
const idleMs = 10_000;

/**
 * `hack/bench start [N]`: what role `operator` costs before it has anything to do, N times over an empty catalog: CPU
 * until `/readyz` says 200 and the resident set 10 s later. Medians, as other work on the machine moves single figures.
 */
export async function benchStart(args: readonly string[], print: (line: string) => void): Promise<void> {
  const trials = Number(args[0] ?? trialsUnlessSaid);
  const directory = await mkdtemp(join(tmpdir(), 'portolan-start-'));
  const cluster = await startBenchCluster({ directory, namespace });
  try {
    const { operatorKubeconfig: kubeconfig } = cluster;
    const pod = await podStart({ directory, kubeconfig, namespace: operatorAccount.namespace });
    const how = pod === undefined ? ['with a kubeconfig'] : ['as in a pod', 'with a kubeconfig'];
    for (const title of how) {
      const account = { kubeconfig, pod: title === 'as in a pod' ? pod : undefined };
      // Fills the cache of compiled modules, as an image has it.
      await startOnce(account);
      const costs: Start[] = [];
      while (costs.length < trials) costs.push(await startOnce(account));
      const cpu = median(costs.map((each) => each.ready.cpuSeconds)).toFixed(2);
      const wall = median(costs.map((each) => each.readyMs / 1000)).toFixed(2);
      const rss = median(costs.map((each) => each.idle.rssMiB)).toFixed(0);
      const peak = median(costs.map((each) => each.idle.peakRssMiB)).toFixed(0);
      print(
        `${title}, median of ${trials}: ready after ${cpu} s of CPU (${wall} s); idle RSS ${rss} MiB, peak ${peak}`,
      );
    }
  } finally {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Start {
  readyMs: number;
  ready: ProcessCost;
  idle: ProcessCost;
}

async function startOnce(account: Account): Promise<Start> {
  const replica = await portolan().start({ account, elects: false });
  try {
    const readyAt = await replica.synced();
    const ready = await processCost(replica.pid);
    await sleep(idleMs);
    return { readyMs: readyAt - replica.startedAt, ready, idle: await processCost(replica.pid) };
  } finally {
    await replica.stop();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
