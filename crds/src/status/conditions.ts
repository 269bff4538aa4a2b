import type { Condition } from './status.ts';

/** The condition types of entities. */
export const conditionTypes = {
  /** Accepted and served under its ref. False only for what its author must mend. */
  ready: 'Ready',
  /** Every entity that it names exists. */
  refsResolved: 'RefsResolved',
  /** The workloads that it asks for are linked. Only on kinds that link any. */
  workloadsLinked: 'WorkloadsLinked',
} as const;

/**
 * The conditions with one of them set. The transition time moves only when the status does, as in Kubernetes'
 * `meta.SetStatusCondition`; the order of the others stays.
 */
export function withCondition(
  conditions: readonly Condition[],
  next: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): Condition[] {
  const index = conditions.findIndex((each) => each.type === next.type);
  const before = conditions[index];
  const { type, status, reason, message, observedGeneration } = next;
  const condition: Condition = {
    type,
    status,
    reason,
    message,
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : now,
    ...(observedGeneration !== undefined && { observedGeneration }),
  };
  return before === undefined ? [...conditions, condition] : conditions.with(index, condition);
}
