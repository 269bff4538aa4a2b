import type { TrimmedJob } from '../../trim-batch.ts';
import type { RuleContext } from '../context.ts';
import { findingOf, shownName, titleOf, type Finding } from '../finding.ts';
import { conditionOf } from '../pod.ts';
import { wordOf } from '../shown.ts';
import { failingFinding, podEvidence, podsState } from './pods.ts';
import type { HealthRule } from './rule.ts';

const failedWords: Readonly<Record<string, string>> = {
  BackoffLimitExceeded: 'it failed as often as backoffLimit allows',
  DeadlineExceeded: 'it ran longer than activeDeadlineSeconds',
  PodFailurePolicy: 'its podFailurePolicy ended it',
  FailedIndexes: 'some of its indexes failed',
  MaxFailedIndexesExceeded: 'more of its indexes failed than maxFailedIndexes allows',
};

/** How a Job ended; undefined while it has not. */
export function endOf(
  job: TrimmedJob,
): { hasFailed: boolean; reason: string; sinceMs: number | undefined } | undefined {
  // A condition counts only with its status: a resumed Job keeps Suspended=False.
  const failed = conditionOf(job, 'Failed');
  if (failed?.status === 'True') {
    return { hasFailed: true, reason: failed.reason === '' ? 'JobFailed' : failed.reason, sinceMs: failed.sinceMs };
  }
  const complete = conditionOf(job, 'Complete');
  if (complete?.status !== 'True') return undefined;
  return { hasFailed: false, reason: 'Complete', sinceMs: complete.sinceMs ?? job.completedMs };
}

/** A Job. */
export const job: HealthRule<TrimmedJob> = (object, context) => {
  const title = titleOf(object);
  const end = endOf(object);
  const since = end?.sinceMs === undefined ? {} : { sinceMs: end.sinceMs };
  if (end?.hasFailed === true) return failed(object, context, { reason: end.reason, ...since });
  if (end !== undefined) {
    return findingOf(object, { verdict: 'Healthy', reason: 'Complete', message: `${title} has ended well.`, ...since });
  }
  if (object.isSuspended || conditionOf(object, 'Suspended')?.status === 'True') {
    return findingOf(object, { verdict: 'Suspended', reason: 'Suspended', message: `${title} is suspended.` });
  }
  if (conditionOf(object, 'FailureTarget')?.status === 'True') {
    const message = `${title} has failed, and its last pods are being ended.`;
    return findingOf(object, { verdict: 'Progressing', reason: 'Failing', message });
  }
  if (conditionOf(object, 'SuccessCriteriaMet')?.status === 'True') {
    const message = `${title} has done its work, and its last pods are being ended.`;
    return findingOf(object, { verdict: 'Progressing', reason: 'Completing', message });
  }
  return running(object, context);
};

function failed(object: TrimmedJob, context: RuleContext, end: { reason: string; sinceMs?: number }): Finding {
  const [last] = podsState(context).failing;
  const why = wordOf(failedWords, end.reason) ?? 'it failed';
  const detail = last === undefined ? '' : `; pod ${shownName(last.pod.metadata.name)}: ${last.problem.message}`;
  return findingOf(object, {
    verdict: 'Degraded',
    message: `${titleOf(object)}: ${why} (${object.failed} failed, ${object.succeeded} succeeded)${detail}.`,
    evidence: last === undefined ? [] : [podEvidence(last.pod, last.problem)],
    ...end,
  });
}

/** A pod that cannot start keeps the Job for ever; one that failed is tried again, as the Job says. */
function running(object: TrimmedJob, context: RuleContext): Finding {
  const state = podsState(context);
  const counts = `${object.succeeded} of ${object.completions ?? 1} done`;
  const stuck = state.failing.filter(({ pod, problem }) => pod.phase !== 'Failed' && problem.isCrash !== true);
  const finding = failingFinding(object, { ...state, failing: stuck }, { counts });
  if (finding !== undefined) return finding;
  const retried = failingFinding(object, state, { counts, verdict: 'Progressing', reason: 'Retrying' });
  if (retried !== undefined) return retried;
  const title = titleOf(object);
  const again = state.recheckMs === undefined ? {} : { recheckMs: state.recheckMs };
  if (object.failed > 0) {
    const message = `${title} is running, and ${object.failed} of its pods failed (backoffLimit ${object.backoffLimit}).`;
    return findingOf(object, { verdict: 'Progressing', reason: 'Retrying', message, ...again });
  }
  if (object.startedMs === undefined) {
    return findingOf(object, { verdict: 'Progressing', reason: 'NotStarted', message: `${title} has not started.` });
  }
  return findingOf(object, {
    verdict: 'Progressing',
    reason: 'Running',
    message: `${title} is running: ${counts}.`,
    ...again,
  });
}
