import {
  clusterConditionTypes,
  maxSources,
  withCondition,
  type ClusterResource,
  type ClusterSource,
  type ClusterStatus,
} from '@portolan/crds';
import { isAbsent, isLost } from './loss.ts';
import { sameOr } from './settled-sources.ts';

/** Sources that a message names. */
const namedSources = 5;

/**
 * The status of the Cluster that reports these sources. Pure and idempotent: composed again from its own result it is
 * the same, also by another process that finds the sources in the same state.
 */
export function clusterStatusOf(options: {
  stored: Pick<ClusterResource, 'metadata' | 'status'>;
  sources: readonly ClusterSource[];
  now: string;
}): ClusterStatus {
  const { stored, sources, now } = options;
  const before = new Map(stored.status?.sources?.map((source) => [idOf(source), source]));
  const generation = stored.metadata.generation ?? 0;
  return {
    ...stored.status,
    observedGeneration: generation,
    conditions: withCondition(
      stored.status?.conditions ?? [],
      { type: clusterConditionTypes.sourcesSynced, ...judge(sources), observedGeneration: generation },
      now,
    ),
    sources: foldSources(sources).map((source) => sameOr(before.get(idOf(source)), source)),
  };
}

/**
 * One source where all namespaces of a resource do alike, and at most {@link maxSources}: beyond that a resource is as
 * its worst namespace. Sorted, so that the order says nothing.
 */
export function foldSources(sources: readonly ClusterSource[]): ClusterSource[] {
  const byResource = Map.groupBy(sources, ({ resource }) => resource);
  const alike = [...byResource.values()].flatMap((group) => (isAlike(group) ? [folded(group)] : group));
  const fitting = alike.length <= maxSources ? alike : [...byResource.values()].map(folded);
  return fitting
    .toSorted((a, b) => Number(isLost(b)) - Number(isLost(a)) || (idOf(a) < idOf(b) ? -1 : 1))
    .slice(0, maxSources)
    .toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

function isAlike([first, ...others]: readonly ClusterSource[]): boolean {
  return others.every(
    ({ synced, connected, reason }) =>
      synced === first?.synced && connected === first.connected && reason === first.reason,
  );
}

/** The worst of a resource's sources, as if it were about all of them. */
function folded(group: readonly ClusterSource[]): ClusterSource {
  const worst = group.toSorted((a, b) => badness(b) - badness(a) || (a.since < b.since ? -1 : 1))[0];
  if (worst === undefined) throw new TypeError('a group has a member');
  const { namespace, ...rest } = worst;
  return group.length === 1 && namespace !== undefined ? worst : rest;
}

function badness({ synced, connected }: ClusterSource): number {
  return (synced ? 0 : 2) + (connected ? 0 : 1);
}

function judge(sources: readonly ClusterSource[]): { status: 'True' | 'False'; reason: string; message: string } {
  const expected = sources.filter((source) => !isAbsent(source));
  const lost = expected.filter(isLost);
  const absent = named(sources.filter(isAbsent));
  const rest = absent === '' ? '' : ` Not installed: ${absent}.`;
  const [first] = lost;
  if (first === undefined) {
    return { status: 'True', reason: 'AllSynced', message: `All ${expected.length} sources are current.${rest}` };
  }
  return {
    status: 'False',
    reason: first.reason ?? 'NotSynced',
    message: `${lost.length} of ${expected.length} sources are not current: ${named(lost)}.${rest}`,
  };
}

function named(sources: readonly ClusterSource[]): string {
  const names = [...new Set(sources.map(({ resource }) => resource))].toSorted();
  const more = names.length - namedSources;
  return `${names.slice(0, namedSources).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function idOf({ resource, namespace = '' }: ClusterSource): string {
  return `${resource} ${namespace}`;
}
