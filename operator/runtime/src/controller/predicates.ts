import { isEqualJson } from '../kubernetes/merge-patch.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Change } from '../store/change.ts';

/**
 * Whether a change is more than a change of status: an object that came or went, a new spec (its generation), other
 * labels or annotations, or the beginning of its deletion. `metadata.generation` does not move for metadata. It looks
 * at what the store keeps: labels that a transform drops do not count.
 */
export function generationChanged(change: Change<KubernetesObject>): boolean {
  if (change.type !== 'updated') return true;
  const before = change.previous.metadata;
  const after = change.object.metadata;
  return (
    before.generation !== after.generation ||
    before.deletionTimestamp !== after.deletionTimestamp ||
    !isEqualJson(before.labels ?? {}, after.labels ?? {}) ||
    !isEqualJson(before.annotations ?? {}, after.annotations ?? {})
  );
}
