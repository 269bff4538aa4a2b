import type { Evidence, NextStep, Verdict } from '@portolan/crds';
import type { KubernetesObject } from '@portolan/runtime';
import { nextStepFor, type Subject } from './next-step.ts';
import { bounded, shownName, shownReason } from './shown.ts';

export { shownName, shownReason } from './shown.ts';

/** What a rule finds of one object, in Portolan's own words. */
export interface Finding {
  verdict: Verdict;
  /** CamelCase, as in a condition. */
  reason: string;
  message: string;
  /** From the object down to the cause. */
  evidence: readonly Evidence[];
  /** What to do about it; only where something is to be done. */
  nextStep?: NextStep;
  /** Since when, where the object tells. */
  sinceMs?: number;
  /** Time alone changes the verdict after so long. */
  recheckMs?: number;
}

/** An object that is judged: trimmed, and knowing its kind. */
export interface JudgedObject extends KubernetesObject {
  kind: string;
  /** Set of objects that are not Kubernetes' own, whose kinds may bear the same names. */
  group?: string;
}

/** A finding whose only evidence is the object itself. */
export function findingOf(
  object: JudgedObject,
  found: Pick<Finding, 'verdict' | 'reason' | 'message'> &
    Partial<Pick<Finding, 'sinceMs' | 'recheckMs' | 'evidence'>> & { subject?: Partial<Subject> },
): Finding {
  const { verdict, message, sinceMs, recheckMs, subject } = found;
  const reason = shownReason(found.reason);
  const nextStep = nextStepFor(verdict, reason, { ...subjectOf(object), ...subject });
  return {
    verdict,
    reason,
    message: bounded(message),
    evidence: [evidenceOf(object, reason), ...(found.evidence ?? [])],
    ...(nextStep !== undefined && { nextStep }),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(recheckMs !== undefined && { recheckMs }),
  };
}

/** The object as evidence. */
export function evidenceOf(object: JudgedObject, reason: string): Evidence {
  return { ...subjectOf(object), reason: shownReason(reason) };
}

/** The object as kind, namespace and name, within the bounds of a status. */
export function subjectOf(object: JudgedObject): Pick<Subject, 'kind' | 'namespace' | 'name'> {
  return {
    kind: shownName(object.kind).slice(0, 63),
    namespace: object.metadata.namespace === '' ? '' : shownName(object.metadata.namespace ?? '').slice(0, 63),
    name: shownName(object.metadata.name),
  };
}

/** `Deployment web`. */
export function titleOf(object: JudgedObject): string {
  const { kind, name } = subjectOf(object);
  return `${kind} ${name}`;
}
