import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { operatorAccount } from '../install/install.ts';
import { seedCompany } from '../seed/company.ts';
import { startBenchCluster } from './cluster.ts';
import { goTwin, portolan, portolanElects, type Contestant } from './contestant.ts';
import { podStart } from './pod-start.ts';
import { race, type Figures } from './race.ts';
import { renderTable } from './twin-table.ts';

const namespace = 'bench';

/**
 * `hack/bench twins N`: Portolan's operator beside the same controller built with Go's controller-runtime, in turns, each
 * on a new control plane with the same N entities. Prints one Markdown table.
 */
export async function benchTwins(count: number, print: (line: string) => void): Promise<void> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const elects = await portolanElects();
  if (!elects) log('portolan has no --leader-elect: neither elects a leader, and failover is left out');
  const ours = await withCluster(portolan(), { count, elects, log });
  const go = await withCluster(await goTwin(log), { count, elects, log });
  for (const line of renderTable({ ours, go })) print(line);
}

async function withCluster(
  contestant: Contestant,
  options: { count: number; elects: boolean; log: (line: string) => void },
): Promise<Figures> {
  const { count, elects } = options;
  const log = (line: string): void => options.log(`${contestant.name}: ${line}`);
  const directory = await mkdtemp(join(tmpdir(), 'portolan-twins-'));
  const cluster = await startBenchCluster({ directory, namespace });
  try {
    const kubeconfig = cluster.operatorKubeconfig;
    const pod = await podStart({ directory, kubeconfig, namespace: operatorAccount.namespace });
    if (pod === undefined)
      log('cannot be started as in a pod on this machine: with a kubeconfig, at 60 MiB for Portolan');
    const loads = loadavg().map((load) => load.toFixed(1));
    log(`load average before the start ${loads.join(', ')} on ${availableParallelism()} cores`);
    return await race({
      cluster,
      account: { kubeconfig, pod },
      contestant,
      manifests: seedCompany({ count, seed: 1, namespace }),
      namespace,
      elects,
      log,
    });
  } finally {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
