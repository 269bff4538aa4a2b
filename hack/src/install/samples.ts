import { join } from 'node:path';
import type { Kubectl } from '../control-plane/kubectl.ts';
import { paths } from '../paths.ts';
import { applier } from './install.ts';

/**
 * Applies the sample company.
 *
 * @param options.workloads applies the workloads too, which needs a controller-manager and a scheduler
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
    ...(options.workloads ? [join(paths.samples, 'workloads')] : []),
  ];
  let count = 0;
  for (const folder of folders) {
    const output = await apply(['-R', '-f', folder]);
    count += output.split('\n').filter((line) => line.endsWith('serverside-applied')).length;
  }
  return count;
}
