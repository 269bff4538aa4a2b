import { withCondition, type Condition, type EntityStatus } from '@portolan/crds';
import type { Fragment } from './fragment.ts';

/**
 * The status that results from the stored one and every fragment. Pure and idempotent: composing again from its own
 * result yields the same value, so a converged entity is never written.
 */
export function composeStatus(options: {
  stored: EntityStatus | undefined;
  generation: number;
  fragments: readonly Fragment[];
  now: string;
}): EntityStatus {
  const { stored, generation, fragments, now } = options;
  const next: Record<string, unknown> = { ...stored };
  let conditions: Condition[] = [...(stored?.conditions ?? [])];
  for (const fragment of fragments) {
    for (const [field, value] of Object.entries(fragment.fields ?? {})) {
      if (value === null) delete next[field];
      else next[field] = value;
    }
    for (const stated of fragment.conditions ?? []) {
      conditions =
        stated.status === null
          ? conditions.filter((each) => each.type !== stated.type)
          : withCondition(conditions, { ...stated, observedGeneration: generation }, now);
    }
  }
  return { ...next, observedGeneration: generation, conditions };
}
