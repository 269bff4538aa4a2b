import type { TrimmedIngress, TrimmedRoute, TrimmedService } from '../../trim-network.ts';
import type { TrimmedCondition } from '../../trim.ts';
import { graceWords, waitOf } from '../context.ts';
import { findingOf, shownName, shownReason, titleOf, type Finding } from '../finding.ts';
import type { HealthRule } from './rule.ts';

/** A Service: that its load balancer answers, and that ready pods stand behind it. */
export const service: HealthRule<TrimmedService> = (object, context) => {
  const title = titleOf(object);
  if (object.type === 'ExternalName') {
    return findingOf(object, { verdict: 'Healthy', reason: 'ExternalName', message: `${title} is a name elsewhere.` });
  }
  const selects = Object.keys(object.selector).length > 0;
  if (selects && context.isScaledToZero === true) {
    const message = `${title} leads to what is scaled to zero.`;
    return findingOf(object, { verdict: 'Suspended', reason: 'ScaledToZero', message });
  }
  if (selects && context.endpointSlices === undefined) {
    const message = `The EndpointSlices of ${title} cannot be read.`;
    return findingOf(object, { verdict: 'Unknown', reason: 'Forbidden', message, subject: { kind: 'EndpointSlice' } });
  }
  const slices = context.endpointSlices ?? [];
  const ready = slices.reduce((sum, each) => sum + each.ready, 0);
  if (selects && ready === 0) {
    const total = slices.reduce((sum, each) => sum + each.total, 0);
    const behind = total === 0 ? 'no pod matches its selector' : `none of ${total} pods behind it is ready`;
    return findingOf(object, { verdict: 'Degraded', reason: 'NoReadyEndpoints', message: `${title}: ${behind}.` });
  }
  if (object.type === 'LoadBalancer' && !object.hasAddress) return addressless(object, context);
  const message = selects ? `${title} leads to ready pods.` : `${title} selects no pods itself.`;
  return findingOf(object, { verdict: 'Healthy', reason: 'Ready', message });
};

/** An Ingress: that its backends exist, and that its controller answers. */
export const ingress: HealthRule<TrimmedIngress> = (object, context) => {
  const title = titleOf(object);
  const { hasService, publishesAddress } = context;
  const missing = hasService === undefined ? undefined : object.backends.find((name) => !hasService(name));
  if (missing !== undefined) {
    const name = shownName(missing);
    return findingOf(object, {
      verdict: 'Degraded',
      reason: 'BackendMissing',
      message: `${title} leads to Service ${name}, which does not exist.`,
      evidence: [{ kind: 'Service', namespace: shownNamespace(object), name, reason: 'NotFound' }],
      subject: { detail: name },
    });
  }
  if (object.hasAddress) {
    return findingOf(object, { verdict: 'Healthy', reason: 'Ready', message: `${title} has an address.` });
  }
  const publishes = publishesAddress?.(object.className);
  const wait = waitOf(object.createdMs, 'answering', context);
  // Some controllers never publish: what no status can tell is unknown, not under way for ever.
  if (publishes === false || (publishes === undefined && wait.isOver)) {
    return findingOf(object, {
      verdict: 'Unknown',
      reason: 'AddressNotPublished',
      message: `${title} has no address in its status, and its class may never publish one.`,
    });
  }
  return addressless(object, context);
};

/** A route of the Gateway API: what each of its parents says. */
export const route: HealthRule<TrimmedRoute> = (object, context) => {
  const title = titleOf(object);
  const judged = object.parents.map((parent) => ({ parent: shownName(parent.name), ...parentOf(parent.conditions) }));
  const bad = judged.find((each) => each.verdict === 'Degraded');
  const busy = judged.find((each) => each.verdict === 'Progressing');
  const worst = bad ?? busy;
  if (worst !== undefined) {
    return findingOf(object, {
      verdict: worst.verdict,
      reason: worst.reason,
      message: `${title}: parent ${worst.parent} reports ${worst.condition} (${worst.reason}).`,
      evidence: [{ kind: 'Gateway', namespace: shownNamespace(object), name: worst.parent, reason: worst.reason }],
    });
  }
  if (judged.length > 0) {
    const message = `${title} is accepted by ${judged.length === 1 ? 'its parent' : `${judged.length} parents`}.`;
    return findingOf(object, { verdict: 'Healthy', reason: 'Accepted', message });
  }
  const wait = waitOf(object.createdMs, 'answering', context);
  return findingOf(object, {
    verdict: wait.isOver ? 'Degraded' : 'Progressing',
    reason: wait.isOver ? 'NoParentAnswered' : 'Waiting',
    message: wait.isOver
      ? `${title}: no Gateway has answered after ${graceWords('answering', context)}.`
      : `${title} waits for its Gateway.`,
    ...(wait.recheckMs !== undefined && { recheckMs: wait.recheckMs }),
  });
};

function parentOf(conditions: readonly TrimmedCondition[]): {
  verdict: 'Healthy' | 'Progressing' | 'Degraded';
  reason: string;
  condition: string;
} {
  const current = conditions.filter((each) => each.isStale !== true);
  const refused = current.find(
    (each) => (each.type === 'Accepted' || each.type === 'ResolvedRefs') && each.status === 'False',
  );
  if (refused !== undefined) {
    const { type, reason } = refused;
    // Pending is the API's own word for a controller that has not decided.
    const verdict = reason === 'Pending' ? 'Progressing' : 'Degraded';
    return { verdict, reason: reason === '' ? `Not${type}` : shownReason(reason), condition: `${type}=False` };
  }
  const programmed = current.find((each) => each.type === 'Programmed' && each.status !== 'True');
  if (programmed !== undefined) {
    const reason = programmed.reason === '' ? 'NotProgrammed' : shownReason(programmed.reason);
    return { verdict: 'Progressing', reason, condition: 'Programmed=False' };
  }
  if (!current.some((each) => each.type === 'Accepted' && each.status === 'True')) {
    return { verdict: 'Progressing', reason: 'NotAcceptedYet', condition: 'no Accepted' };
  }
  return { verdict: 'Healthy', reason: 'Accepted', condition: 'Accepted=True' };
}

function addressless(object: TrimmedService | TrimmedIngress, context: Parameters<typeof waitOf>[2]): Finding {
  const wait = waitOf(object.createdMs, 'answering', context);
  const after = wait.isOver ? ` after ${graceWords('answering', context)}` : '';
  return findingOf(object, {
    verdict: wait.isOver ? 'Degraded' : 'Progressing',
    reason: wait.isOver ? 'NoAddress' : 'WaitingForAddress',
    message: `${titleOf(object)} has no address${after}.`,
    ...(wait.recheckMs !== undefined && { recheckMs: wait.recheckMs }),
  });
}

function shownNamespace(object: TrimmedIngress | TrimmedRoute): string {
  const namespace = object.metadata.namespace ?? '';
  return namespace === '' ? '' : shownName(namespace).slice(0, 63);
}
