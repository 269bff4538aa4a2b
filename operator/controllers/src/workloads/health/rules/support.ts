import type { TrimmedAutoscaler, TrimmedDisruptionBudget, TrimmedPersistentVolumeClaim } from '../../trim-support.ts';
import type { TrimmedCondition } from '../../trim.ts';
import { graceWords, waitOf, type RuleContext } from '../context.ts';
import { findingOf, shownName, shownReason, titleOf, type Finding } from '../finding.ts';
import { conditionOf } from '../pod.ts';
import type { HealthRule } from './rule.ts';

/** A HorizontalPodAutoscaler; its conditions count with their status. */
export const autoscaler: HealthRule<TrimmedAutoscaler> = (object, context) => {
  const title = titleOf(object);
  const able = conditionOf(object, 'AbleToScale');
  const active = conditionOf(object, 'ScalingActive');
  const limited = conditionOf(object, 'ScalingLimited');
  if (active?.status === 'False' && active.reason === 'ScalingDisabled') {
    const message = `${title} does not scale: its target is scaled to zero.`;
    return findingOf(object, { verdict: 'Suspended', reason: 'ScalingDisabled', message });
  }
  const broken = [able, active].find((each) => each?.status === 'False');
  if (broken !== undefined) return cannotScale(object, broken, context);
  if (able === undefined && active === undefined) {
    return findingOf(object, {
      verdict: 'Progressing',
      reason: 'Starting',
      message: `${title} has not begun to scale.`,
    });
  }
  if (limited?.status === 'True' && limited.reason === 'TooManyReplicas' && object.current >= object.max) {
    const message = `${title} is pegged at its maximum of ${object.max} replicas.`;
    return findingOf(object, { verdict: 'Healthy', reason: 'PeggedAtMax', message });
  }
  if (able?.status === 'Unknown' || active?.status === 'Unknown') {
    return findingOf(object, { verdict: 'Unknown', reason: 'ConditionUnknown', message: `${title} does not know.` });
  }
  return findingOf(object, { verdict: 'Healthy', reason: 'Ready', message: `${title} scales.` });
};

function cannotScale(object: TrimmedAutoscaler, broken: TrimmedCondition, context: RuleContext): Finding {
  // Metrics take a while to come after a pod starts, and the controller looks every 15 s.
  const wait = waitOf(broken.sinceMs ?? object.createdMs, 'answering', context);
  const reason = broken.reason === '' ? 'CannotScale' : shownReason(broken.reason);
  const isMetric = reason.startsWith('FailedGet') && reason.endsWith('Metric');
  const isEarly = isMetric && wait.recheckMs !== undefined;
  const { kind, name } = object.target;
  return findingOf(object, {
    verdict: isEarly ? 'Progressing' : 'Degraded',
    reason,
    message: `${titleOf(object)} cannot scale ${shownName(kind)} ${shownName(name)} (${reason}).`,
    ...(broken.sinceMs !== undefined && { sinceMs: broken.sinceMs }),
    ...(isEarly && wait.recheckMs !== undefined && { recheckMs: wait.recheckMs }),
  });
}

/** A PersistentVolumeClaim. */
export const persistentVolumeClaim: HealthRule<TrimmedPersistentVolumeClaim> = (object, context) => {
  const title = titleOf(object);
  const { phase, storageClass, isTakenUp } = object;
  if (phase === 'Bound') {
    const isWaiting = conditionOf(object, 'FileSystemResizePending')?.status === 'True';
    const message = isWaiting ? `${title} is bound and grows when it is mounted next.` : `${title} is bound.`;
    return findingOf(object, { verdict: 'Healthy', reason: isWaiting ? 'ResizePending' : 'Bound', message });
  }
  if (phase === 'Lost') {
    return findingOf(object, { verdict: 'Degraded', reason: 'ClaimLost', message: `${title} has lost its volume.` });
  }
  if (phase !== 'Pending') {
    return findingOf(object, {
      verdict: 'Unknown',
      reason: 'NoStatus',
      message: `${title} reports no phase that is known.`,
    });
  }
  const mode = storageClass === undefined || storageClass === '' ? undefined : context.bindingMode?.(storageClass);
  if (mode === 'WaitForFirstConsumer' && !isTakenUp) {
    const message = `${title} waits for the first pod that uses it.`;
    return findingOf(object, { verdict: 'Suspended', reason: 'WaitForFirstConsumer', message });
  }
  const wait = waitOf(object.createdMs, 'answering', context);
  if (!wait.isOver) {
    return findingOf(object, {
      verdict: 'Progressing',
      reason: 'Binding',
      message: `${title} is not bound yet.`,
      ...(wait.recheckMs !== undefined && { recheckMs: wait.recheckMs }),
    });
  }
  const after = graceWords('answering', context);
  if (storageClass === undefined && object.volumeName === '') {
    const message = `${title} is not bound after ${after}: it names no StorageClass, and there is no default one.`;
    return findingOf(object, { verdict: 'Degraded', reason: 'NoStorageClass', message });
  }
  if (storageClass === '' || object.volumeName !== '') {
    const message = `${title} is not bound after ${after}: no volume that exists fits it.`;
    return findingOf(object, { verdict: 'Degraded', reason: 'NoVolume', message });
  }
  // A class that waits for a pod looks the same as one whose provisioner is dead, until the class can be read.
  if (mode === undefined && !isTakenUp) {
    const message = `${title} is not bound, and its StorageClass cannot be read.`;
    return findingOf(object, { verdict: 'Unknown', reason: 'Forbidden', message, subject: { kind: 'StorageClass' } });
  }
  const message = `${title} is not bound after ${after}: nothing provisions its volume.`;
  return findingOf(object, { verdict: 'Degraded', reason: 'NotProvisioned', message });
};

/** A PodDisruptionBudget: fewer healthy pods than it asks for. That it allows no disruption alone is its purpose. */
export const disruptionBudget: HealthRule<TrimmedDisruptionBudget> = (object) => {
  const title = titleOf(object);
  const { currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods } = object;
  const allowed = conditionOf(object, 'DisruptionAllowed');
  if (allowed?.status === 'False' && allowed.reason === 'SyncFailed') {
    const message = `${title} cannot count its pods (SyncFailed).`;
    return findingOf(object, { verdict: 'Degraded', reason: 'SyncFailed', message });
  }
  // Without pods, because all is scaled to zero or none can be made; what runs tells which of them.
  if (expectedPods === 0) {
    return findingOf(object, { verdict: 'Suspended', reason: 'NoPods', message: `${title} has no pods to protect.` });
  }
  if (disruptionsAllowed === 0 && currentHealthy < desiredHealthy) {
    const message = `${title}: ${currentHealthy} pods are healthy, and ${desiredHealthy} should be.`;
    return findingOf(object, { verdict: 'Degraded', reason: 'InsufficientPods', message });
  }
  return findingOf(object, {
    verdict: 'Healthy',
    reason: 'Ready',
    message: `${title}: ${currentHealthy} pods are healthy, ${disruptionsAllowed} may be disrupted.`,
  });
};
