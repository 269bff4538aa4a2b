import type { Evidence, Verdict } from '@portolan/crds';
import type { TrimmedPod, TrimmedWorkload } from '../trim.ts';

/** What a rule finds of one workload, in Portolan's own words. */
export interface Finding {
  verdict: Verdict;
  /** CamelCase, as in a condition. */
  reason: string;
  message: string;
  /** From the workload down to the cause. */
  evidence: readonly Evidence[];
  /** Time alone changes the verdict after so long. */
  recheckMs?: number;
}

/** What a rule sees beside the object. */
export interface RuleContext {
  pods: readonly TrimmedPod[];
  nowMs: number;
}

/** A health rule: pure, total, one per kind. */
export type HealthRule = (workload: TrimmedWorkload, context: RuleContext) => Finding;

/** A finding whose only evidence is the workload itself. */
export function findingOf(workload: TrimmedWorkload, verdict: Verdict, reason: string, message: string): Finding {
  return { verdict, reason, message, evidence: [evidenceOf(workload, reason)] };
}

/** The workload as evidence. */
export function evidenceOf(workload: TrimmedWorkload, reason: string): Evidence {
  return { kind: workload.kind, namespace: workload.metadata.namespace ?? '', name: workload.metadata.name, reason };
}
