import type { RuleContext } from '../context.ts';
import { findingOf, titleOf, type Finding, type JudgedObject } from '../finding.ts';
import { waitOf } from '../context.ts';

/** A health rule: pure, total, one per kind. */
export type HealthRule<T extends JudgedObject> = (object: T, context: RuleContext) => Finding;

/** What comes before every rule: an object that goes, and one whose controller has not seen its last change. */
export function precedence(
  object: JudgedObject & { observedGeneration?: number | undefined },
  context: RuleContext,
): Finding | undefined {
  const title = titleOf(object);
  const { deletionTimestamp, generation = 0 } = object.metadata;
  if (deletionTimestamp !== undefined) {
    const since = Date.parse(deletionTimestamp);
    const sinceMs = Number.isNaN(since) ? undefined : since;
    const wait = waitOf(sinceMs, 'terminating', context);
    return findingOf(object, {
      verdict: 'Progressing',
      reason: wait.isOver ? 'TerminationStuck' : 'Terminating',
      message: wait.isOver ? `${title} is being deleted and does not come to an end.` : `${title} is being deleted.`,
      ...(sinceMs !== undefined && { sinceMs }),
      ...(wait.recheckMs !== undefined && { recheckMs: wait.recheckMs }),
    });
  }
  if (object.observedGeneration !== undefined && generation > object.observedGeneration) {
    return findingOf(object, {
      verdict: 'Progressing',
      reason: 'NotObserved',
      message: `${title} changed and is not yet acted upon.`,
    });
  }
  return undefined;
}

/** Since when a wait lasts that no object times. */
export function latest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
