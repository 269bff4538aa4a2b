import type { TrimmedObject } from '../../trim-support.ts';
import type { TrimmedCondition } from '../../trim.ts';
import { waitOf } from '../context.ts';
import { findingOf, shownReason, titleOf, type Finding } from '../finding.ts';
import { conditionOf } from '../pod.ts';
import { failingFinding, podsState, soonest } from './pods.ts';
import { counts } from './replicas.ts';
import type { HealthRule } from './rule.ts';

/** Reasons of Ready=False that are steps and pass by themselves. */
const transient =
  /^(Pending|Progressing|InProgress|Reconciling|Creating|Initializing|Provisioning|Installing|Upgrading|Deploying|Starting|Waiting.*|Issuing|DependencyNotReady|ArtifactPending|Unknown)$/i;
/** Conditions that mean "works" when True, where Ready is not reported. */
const worksTypes = ['Ready', 'Available', 'Healthy', 'Established', 'Synced'];

/**
 * Any kind, by the conventions of conditions (kstatus), and by the pods that it controls: a controller that reports
 * progress while its pods crash knows no more than they do. Where nothing is said the answer is Unknown: no status is
 * no proof of health.
 */
export const generic: HealthRule<TrimmedObject> = (object, context) => {
  const finding = byConditions(object, context);
  if (finding.verdict === 'Degraded') return finding;
  const state = podsState(context, { ignoresFailed: true });
  const words = object.desired > 0 ? counts(object) : `${context.pods.length} pods`;
  const failing = failingFinding(object, state, { counts: words });
  if (failing !== undefined) return failing;
  const recheckMs = soonest([finding.recheckMs, state.recheckMs]);
  return recheckMs === undefined ? finding : { ...finding, recheckMs };
};

const byConditions: HealthRule<TrimmedObject> = (object, context) => {
  const title = titleOf(object);
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True') return byCondition(object, 'Degraded', stalled, 'Stalled');
  const reconciling = conditionOf(object, 'Reconciling');
  if (reconciling?.status === 'True') return byCondition(object, 'Progressing', reconciling, 'Reconciling');
  const ready = worksTypes.map((type) => conditionOf(object, type)).find((each) => each !== undefined);
  if (ready === undefined) {
    if (object.conditions.some((each) => each.isStale === true)) {
      const message = `${title} reports conditions of an older generation only.`;
      return findingOf(object, { verdict: 'Progressing', reason: 'NotObserved', message });
    }
    const message = `${title} reports nothing that Portolan understands.`;
    return findingOf(object, { verdict: 'Unknown', reason: 'NoRule', message });
  }
  if (ready.status === 'True') {
    const message = `${title} reports ${ready.type}.`;
    return findingOf(object, { verdict: 'Healthy', reason: 'Ready', message, ...since(ready) });
  }
  if (ready.status !== 'False') return byCondition(object, 'Unknown', ready, 'ConditionUnknown');
  if (!transient.test(ready.reason) && ready.reason !== '') return byCondition(object, 'Degraded', ready, 'NotReady');
  const wait = waitOf(ready.sinceMs, 'notReady', context);
  if (wait.isOver) return byCondition(object, 'Degraded', ready, 'NotReady');
  return {
    ...byCondition(object, 'Progressing', ready, 'NotReady'),
    ...(wait.recheckMs !== undefined && { recheckMs: wait.recheckMs }),
  };
};

/** A Gateway of the Gateway API. */
export const gateway: HealthRule<TrimmedObject> = (object) => {
  const title = titleOf(object);
  const accepted = conditionOf(object, 'Accepted');
  const programmed = conditionOf(object, 'Programmed');
  if (accepted?.status === 'False') {
    return byCondition(object, accepted.reason === 'Pending' ? 'Progressing' : 'Degraded', accepted, 'NotAccepted');
  }
  const resolved = conditionOf(object, 'ResolvedRefs');
  if (resolved?.status === 'False') return byCondition(object, 'Degraded', resolved, 'RefsNotResolved');
  if (programmed?.status === 'True') {
    return findingOf(object, { verdict: 'Healthy', reason: 'Programmed', message: `${title} is programmed.` });
  }
  if (programmed?.status === 'False' && ['Invalid', 'NoResources', 'AddressNotAssigned'].includes(programmed.reason)) {
    return byCondition(object, 'Degraded', programmed, 'NotProgrammed');
  }
  const message = `${title} waits for its controller.`;
  return findingOf(object, { verdict: 'Progressing', reason: 'Waiting', message });
};

/** A CustomResourceDefinition. */
export const definition: HealthRule<TrimmedObject> = (object) => {
  const title = titleOf(object);
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False') return byCondition(object, 'Degraded', names, 'NamesNotAccepted');
  if (conditionOf(object, 'Established')?.status === 'True') {
    return findingOf(object, { verdict: 'Healthy', reason: 'Established', message: `${title} is established.` });
  }
  return findingOf(object, { verdict: 'Progressing', reason: 'Establishing', message: `${title} is not established.` });
};

function byCondition(
  object: TrimmedObject,
  verdict: Finding['verdict'],
  condition: TrimmedCondition,
  unnamed: string,
): Finding {
  const reason = condition.reason === '' ? unnamed : shownReason(condition.reason);
  return findingOf(object, {
    verdict,
    reason,
    message: `${titleOf(object)} reports ${condition.type}=${shownStatus(condition.status)} (${reason}).`,
    ...since(condition),
  });
}

function shownStatus(status: string): string {
  return status === 'True' || status === 'False' ? status : 'Unknown';
}

function since({ sinceMs }: TrimmedCondition): { sinceMs?: number } {
  return sinceMs === undefined ? {} : { sinceMs };
}
