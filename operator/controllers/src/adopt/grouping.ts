import { kubernetesIdKey } from '../workloads/links.ts';
import type { Candidate } from './candidate.ts';

const nameKey = 'app.kubernetes.io/name';
const instanceKey = 'app.kubernetes.io/instance';

/** Workloads of one namespace that are to be one Component. */
export interface WorkloadGroup {
  namespace: string;
  /** Names for the Component, the best first; as written, so not yet valid ones. */
  names: readonly string[];
  /** Sorted by kind and name. */
  members: readonly Candidate[];
}

/** Most workloads that `spec.workloads` can name. */
export const largestGroup = 50;

/**
 * Groups workloads of one app of one installation (hack/decisions/0070-adopt-groups-by-app-and-instance.md): the
 * Component that they name themselves, else name and instance by Kubernetes' recommended labels, else each alone.
 * The order is that of namespaces, then of names.
 */
export function groupCandidates(candidates: readonly Candidate[]): readonly WorkloadGroup[] {
  const groups = new Map<string, { namespace: string; names: readonly string[]; members: Candidate[] }>();
  for (const candidate of candidates.toSorted(byKindAndName)) {
    const { key, names } = keyOf(candidate);
    const namespace = candidate.workload.metadata.namespace ?? '';
    let id = JSON.stringify([namespace, ...key]);
    while ((groups.get(id)?.members.length ?? 0) >= largestGroup) id += '+';
    const group = groups.get(id) ?? { namespace, names, members: [] };
    group.members.push(candidate);
    groups.set(id, group);
  }
  return [...groups.entries()].toSorted(([a], [b]) => compareText(a, b)).map(([, group]) => group);
}

function keyOf({ kind, workload }: Candidate): { key: readonly string[]; names: readonly string[] } {
  const { labels } = workload.link;
  const named = workload.link.names?.split('/')[1] ?? labels[kubernetesIdKey];
  if (named !== undefined) return { key: ['component', named], names: [named] };
  const { [nameKey]: name, [instanceKey]: instance } = labels;
  if (name !== undefined && name !== '') {
    return { key: ['app', name, instance ?? ''], names: [name, ...fullNames(name, instance)] };
  }
  if (instance !== undefined && instance !== '') return { key: ['instance', instance], names: [instance] };
  return { key: ['workload', kind, workload.metadata.name], names: [workload.metadata.name] };
}

/** What Helm's charts call it: the release, with the app's name where the release does not contain it. */
function fullNames(name: string, instance: string | undefined): readonly string[] {
  if (instance === undefined || instance === '') return [];
  return [instance.includes(name) ? instance : `${instance}-${name}`];
}

function byKindAndName(a: Candidate, b: Candidate): number {
  return compareText(idOf(a), idOf(b));
}

function idOf({ kind, workload }: Candidate): string {
  return `${workload.metadata.namespace ?? ''}/${kind}/${workload.metadata.name}`;
}

/** By code unit, the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
