import type { EntityStatus } from '@portolan/crds';
import type { Fragment, FragmentSource } from '../composer/fragment.ts';
import type { TrimmedEntity } from '../entities/trimmed-entity.ts';
import { lossOf, withLosses, withoutLosses, type Concerned, type Losses } from './overlay.ts';

/**
 * How long a source is lost before the status of what depends on it is rewritten. Readers of the API are told within
 * seconds by the overlay of the servers; ten thousand writes for an outage of a minute would help nobody.
 */
export const rewriteAfterMs = 300_000;

/**
 * Puts the loss of sources before a source of `workloads` and `health`. What depends on a lost source keeps its stored
 * value, and after {@link rewriteAfterMs} reads Unknown with what was last known; when the source is back it is decided
 * anew, from what was last known. What was never known is Unknown from the beginning.
 *
 * @param options.source - decides when nothing is lost
 */
export function withLostSources(options: { source: FragmentSource; losses: () => Losses }): FragmentSource {
  const { source } = options;
  return (entity, nowMs) => {
    const losses = options.losses();
    const loss = lossOf(concernedBy(entity, entity.status), losses);
    if (loss === undefined) return decide(source, entity, { losses, nowMs });
    const isTold = entity.status?.health?.lastKnown !== undefined;
    if (!isTold && nowMs < loss.sinceMs + rewriteAfterMs) return {};
    return fieldsOf(withLosses(concernedBy(entity, entity.status), losses));
  };
}

/** Decides as if the status had never been overlaid, so that a verdict that comes back has its time back. */
function decide(
  source: FragmentSource,
  entity: TrimmedEntity,
  { losses, nowMs }: { losses: Losses; nowMs: number },
): Fragment {
  const known = withoutLosses(entity.status);
  const fragment = source(known === entity.status ? entity : { ...entity, status: known }, nowMs);
  const { health, workloads } = fragment.fields ?? {};
  if (losses.sources.length === 0 || health === null || health === undefined) return fragment;
  const decided = concernedBy(entity, { health, ...(workloads !== null && workloads !== undefined && { workloads }) });
  if (lossOf(decided, losses) === undefined) {
    const longLost = losses.sources.filter(({ sinceMs }) => nowMs >= sinceMs + rewriteAfterMs);
    return { ...fragment, ...fieldsOf(withLosses(decided, { everything: undefined, sources: longLost }), fragment) };
  }
  // It links now what cannot be seen now: whatever was decided is not known to be true.
  const told = withLosses(decided, losses);
  if (told?.health === undefined) return fragment;
  const { lastKnown: _, ...unknown } = told.health;
  const before = known?.health;
  const lastKnown = before && {
    verdict: before.verdict,
    reason: before.reason,
    message: before.message,
    since: before.since,
  };
  return {
    ...fragment,
    ...fieldsOf({ ...told, health: { ...unknown, ...(lastKnown !== undefined && { lastKnown }) } }, fragment),
  };
}

function concernedBy({ kind, metadata }: TrimmedEntity, status: EntityStatus | undefined): Concerned {
  return { kind, namespace: metadata.namespace, status };
}

function fieldsOf(told: EntityStatus | undefined, { fields }: Fragment = {}): Fragment {
  return {
    fields: {
      ...fields,
      ...(told?.health !== undefined && { health: told.health }),
      ...(told?.workloads !== undefined && { workloads: told.workloads }),
    },
  };
}
