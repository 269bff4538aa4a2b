import type { Condition, EntityStatus } from '@portolan/crds';
import type { TrimmedEntity } from '../entities/trimmed-entity.ts';

/** The status fields, conditions apart, that fragments may own. Each field has one owner. */
export type StatusFields = Omit<EntityStatus, 'conditions' | 'observedGeneration'>;

/** A condition as a fragment states it; the composer adds the transition time and the generation. */
export type StatedCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/**
 * One controller's part of an entity's status.
 * A field or condition that is absent keeps its stored value; `null` removes it.
 */
export interface Fragment {
  fields?: { [Field in keyof StatusFields]?: StatusFields[Field] | null };
  conditions?: readonly (StatedCondition | { type: string; status: null })[];
  /** Nothing of this entity may be written for so long, e.g. to give a ref's target time to arrive. */
  holdMs?: number;
  /** Look again then, because time alone may change the answer. */
  recheckMs?: number;
}

/** A controller's decision for one entity: pure but for reading stores and the injected time. */
export type FragmentSource = (entity: TrimmedEntity, nowMs: number) => Fragment;
