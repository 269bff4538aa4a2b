import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kubectl } from '../control-plane/kubectl.ts';
import { paths } from '../paths.ts';
import { applier } from './install.ts';

/**
 * Applies the sample company.
 *
 * @param options.workloads applies the workloads and what supports them too, which needs a controller-manager and a scheduler
 * @param options.nodes adds the nodes that kwok plays
 * @returns how many objects it applied
 */
export async function applySamples(options: {
  kubectl: Kubectl;
  ownsCluster: boolean;
  workloads: boolean;
  nodes: boolean;
}): Promise<number> {
  const apply = applier(options);
  const folders = [
    join(paths.samples, 'namespaces.yaml'),
    ...(options.nodes ? [paths.nodes] : []),
    join(paths.samples, 'catalog'),
    ...(options.workloads ? [join(paths.samples, 'supporting'), join(paths.samples, 'workloads')] : []),
  ];
  let count = 0;
  for (const folder of folders) {
    const output = await apply(['-R', '-f', folder]);
    count += output.split('\n').filter((line) => line.endsWith('serverside-applied')).length;
  }
  return count;
}

const readyMs = 60_000;
const pollMs = 250;
const readyOfEach = `{range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}`;

/**
 * Waits until every entity is Ready; false when that takes more than a minute. One list per look: `kubectl wait` asks
 * for one object after the other and took 20 s for 170.
 */
export async function untilEntitiesReady(kubectl: Kubectl, signal: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + readyMs;
  while (Date.now() < deadline) {
    const { code, stdout } = await kubectl(['get', 'catalog', '--all-namespaces', '-o', `jsonpath=${readyOfEach}`]);
    const each = stdout.split('\n').slice(0, -1);
    if (code === 0 && each.length > 0 && each.every((status) => status === 'True')) return true;
    await sleep(pollMs, undefined, { signal });
  }
  return false;
}
