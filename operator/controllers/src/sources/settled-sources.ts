import type { ClusterSource } from '@portolan/crds';
import { resourceName, type ResourceType, type SourceStatus } from '@portolan/runtime';
import { timeOf } from './overlay.ts';

/** How long a source is away before that is news: a watch that breaks is usually back within seconds. */
export const settleMs = 5_000;

/** Something that is watched; an informer is one. */
export interface Watched {
  resource: ResourceType;
  status(): readonly SourceStatus[];
}

/** What is remembered of a source between two looks. */
interface Remembered {
  /** Since when it is not connected; undefined while it is. */
  awayAtMs: number | undefined;
  source: ClusterSource;
}

export type SettledSources = ReadonlyMap<string, Remembered>;

/**
 * The state of every source as it may be told: one that is away counts as it was until it has been away for so long, one
 * that is back counts at once. One that was never read is told at once: there is nothing from before to go on with.
 * Pure: gives what is remembered for the next look.
 *
 * @param options.afterMs - how long a source is away before it is told; {@link settleMs} where absent
 */
export function settle(options: {
  before: SettledSources;
  watched: readonly Watched[];
  nowMs: number;
  afterMs?: number;
}): SettledSources {
  const { before, watched, nowMs, afterMs = settleMs } = options;
  const look = (resource: ResourceType, raw: SourceStatus): [string, Remembered] => {
    const key = `${raw.resource} ${raw.namespace ?? ''}`;
    const remembered = before.get(key);
    // What became whole between two looks is a source of its own from then on.
    const known = raw.synced && remembered?.source.synced === false ? undefined : remembered;
    const now = sourceOf(resource, raw);
    if (raw.connected) return [key, { awayAtMs: undefined, source: sameOr(known?.source, now) }];
    const awayAtMs = known?.awayAtMs ?? Date.parse(raw.since);
    const isPassing = raw.synced && nowMs - awayAtMs < afterMs && known?.source.connected !== false;
    if (isPassing) return [key, { awayAtMs, source: known?.source ?? sourceOf(resource, { ...raw, connected: true }) }];
    return [key, { awayAtMs, source: sameOr(known?.source, { ...now, since: timeOf(awayAtMs) }) }];
  };
  return new Map(watched.flatMap((each) => each.status().map((raw) => look(each.resource, raw))));
}

/** The sources of {@link settle}. */
export function sourcesOf(settled: SettledSources): ClusterSource[] {
  return [...settled.values()].map(({ source }) => source);
}

function sourceOf(resource: ResourceType, raw: SourceStatus): ClusterSource {
  const { namespace, synced, connected, reason, since } = raw;
  return {
    resource: resourceName(resource),
    kind: resource.kind,
    ...(namespace !== undefined && { namespace }),
    synced,
    connected,
    ...(!connected && reason !== undefined && { reason }),
    since: timeOf(Date.parse(since)),
  };
}

/** Reasons that take turns while an API server is away. */
const passing: ReadonlySet<string | undefined> = new Set(['Unreachable', 'Expired', 'TooManyRequests', 'Failed']);

/** The source as it was told before where that is still so: it is since then, and one reason stands for its like. */
export function sameOr(before: ClusterSource | undefined, now: ClusterSource): ClusterSource {
  if (before?.synced !== now.synced || before.connected !== now.connected) return now;
  const isLike = before.reason === now.reason || (passing.has(before.reason) && passing.has(now.reason));
  return isLike ? before : { ...now, since: before.since };
}
