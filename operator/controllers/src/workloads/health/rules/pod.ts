import type { TrimmedPod } from '../../trim.ts';
import type { RuleContext } from '../context.ts';
import { findingOf, shownName, titleOf, type Finding } from '../finding.ts';
import { conditionOf, podState } from '../pod.ts';
import { podEvidence, podSubject, restartedLately, soonest } from './pods.ts';
import type { HealthRule } from './rule.ts';

/** A pod with its kind; pods are stored without, there are so many. */
export type KnownPod = TrimmedPod & { kind: 'Pod' };

/** A pod that stands alone. */
export const pod: HealthRule<KnownPod> = (object, context) => {
  const title = titleOf(object);
  const { problem, recheckMs } = podState(object, context);
  const again = recheckMs === undefined ? {} : { recheckMs };
  if (problem !== undefined) {
    const where = problem.container === undefined ? '' : `, container ${shownName(problem.container)}`;
    return {
      ...findingOf(object, {
        verdict: 'Degraded',
        reason: problem.reason,
        message: `${title}${where}: ${problem.message}.`,
        subject: podSubject(object, problem),
        ...(problem.sinceMs !== undefined && { sinceMs: problem.sinceMs }),
        ...again,
      }),
      evidence: [podEvidence(object, problem)],
    };
  }
  return { ...ordinary(object, context), ...again };
};

function ordinary(object: KnownPod, context: RuleContext): Finding {
  const title = titleOf(object);
  if (object.phase === 'Succeeded') {
    return findingOf(object, { verdict: 'Healthy', reason: 'Completed', message: `${title} has ended well.` });
  }
  if (conditionOf(object, 'PodScheduled')?.reason === 'SchedulingGated') {
    const message = `${title} is held back by a scheduling gate.`;
    return findingOf(object, { verdict: 'Suspended', reason: 'SchedulingGated', message });
  }
  if (object.phase === 'Running' && conditionOf(object, 'Ready')?.status === 'True') {
    const restarted = restartedLately({ ...context, pods: [object] });
    if (restarted === undefined) {
      return findingOf(object, { verdict: 'Healthy', reason: 'Ready', message: `${title} is ready.` });
    }
    const { problem } = restarted;
    const recheckMs = soonest([problem.recheckMs]);
    return findingOf(object, {
      verdict: 'Healthy',
      reason: 'Restarting',
      message: `${title} is ready, and a container was restarted in the last minutes.`,
      subject: podSubject(object, problem),
      ...(recheckMs !== undefined && { recheckMs }),
    });
  }
  if (object.phase === 'Running' && !object.restartsAlways) {
    return findingOf(object, { verdict: 'Progressing', reason: 'Running', message: `${title} is running to its end.` });
  }
  if (object.phase === 'Running' || object.phase === 'Pending') {
    return findingOf(object, { verdict: 'Progressing', reason: 'Starting', message: `${title} is starting.` });
  }
  const message = `${title} reports no phase that is known.`;
  return findingOf(object, { verdict: 'Unknown', reason: 'NoStatus', message });
}
