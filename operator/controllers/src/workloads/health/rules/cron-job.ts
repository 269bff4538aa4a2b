import type { TrimmedJob } from '../../trim-batch.ts';
import type { TrimmedWorkload } from '../../trim.ts';
import { graceOf, type RuleContext } from '../context.ts';
import { runDue } from '../cron.ts';
import { findingOf, shownName, titleOf, type Finding } from '../finding.ts';
import { endOf, job as jobRule } from './job.ts';
import type { HealthRule } from './rule.ts';

/**
 * A CronJob: by the newest of its Jobs that has ended, and by whether the run that was due has begun. Without its Jobs,
 * by its own timestamps.
 */
export const cronJob: HealthRule<TrimmedWorkload> = (object, context) => {
  const title = titleOf(object);
  if (object.isPaused) {
    return findingOf(object, { verdict: 'Suspended', reason: 'Suspended', message: `${title} is suspended.` });
  }
  const next = nextLookMs(object, context);
  const recheck = next === undefined ? {} : { recheckMs: next };
  const newest = newestEnded(context.jobs);
  if (newest !== undefined && endOf(newest)?.hasFailed === true && !succeededSince(object, newest)) {
    return { ...lastRunFailed(object, newest, context), ...recheck };
  }
  const dueMs = missedMs(object, context);
  if (dueMs !== undefined) {
    return findingOf(object, {
      verdict: 'Degraded',
      reason: 'MissedSchedule',
      message: `${title} should have run at ${new Date(dueMs).toISOString().slice(0, 16)}Z and did not.`,
      sinceMs: dueMs,
      ...recheck,
    });
  }
  if (object.active > 0) {
    return findingOf(object, { verdict: 'Healthy', reason: 'Running', message: `${title} is running.`, ...recheck });
  }
  if (object.lastScheduleMs === undefined && newest === undefined) {
    return findingOf(object, {
      verdict: 'Unknown',
      reason: 'NoRunYet',
      message: `${title} has not run yet.`,
      ...recheck,
    });
  }
  const hasSucceeded =
    newest !== undefined ||
    (object.lastSuccessMs !== undefined && object.lastSuccessMs >= (object.lastScheduleMs ?? 0));
  if (hasSucceeded) {
    const message = `The last run of ${title} succeeded.`;
    return findingOf(object, { verdict: 'Healthy', reason: 'LastRunSucceeded', message, ...recheck });
  }
  const message = `The last run of ${title} did not succeed.`;
  return findingOf(object, { verdict: 'Degraded', reason: 'LastRunFailed', message, ...recheck });
};

/** A Job by hand or a later run may have succeeded and already be cleaned away. */
function succeededSince(object: TrimmedWorkload, failed: TrimmedJob): boolean {
  const failedMs = endOf(failed)?.sinceMs;
  return object.lastSuccessMs !== undefined && failedMs !== undefined && object.lastSuccessMs > failedMs;
}

function newestEnded(jobs: readonly TrimmedJob[] = []): TrimmedJob | undefined {
  const startOf = (each: TrimmedJob): number => each.startedMs ?? each.createdMs ?? 0;
  const ended = jobs.filter((each) => endOf(each) !== undefined);
  return ended.sort((a, b) => startOf(b) - startOf(a) || (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}

function lastRunFailed(object: TrimmedWorkload, failed: TrimmedJob, context: RuleContext): Finding {
  const ownPods = context.pods.filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === failed.metadata.uid);
  const inner = jobRule(failed, { ...context, pods: ownPods });
  return findingOf(object, {
    verdict: 'Degraded',
    reason: 'LastRunFailed',
    message: `The last run of ${titleOf(object)} failed. ${inner.message}`,
    evidence: inner.evidence,
    subject: { detail: shownName(failed.metadata.name) },
    ...(inner.sinceMs !== undefined && { sinceMs: inner.sinceMs }),
  });
}

/** When the run was due that has not begun; undefined when none is missed, or nobody can tell. */
function missedMs(object: TrimmedWorkload, context: RuleContext): number | undefined {
  const { schedule = '', timeZone, lastScheduleMs, createdMs, forbidsConcurrency, active } = object;
  if (forbidsConcurrency === true && active > 0) return undefined;
  const knownMs = Math.max(lastScheduleMs ?? 0, createdMs ?? 0);
  if (knownMs === 0) return undefined;
  const fromMs = context.nowMs - graceOf('missedRun', context);
  const dueMs = runDue(schedule, { fromMs, direction: 'before', ...(timeZone !== undefined && { timeZone }) });
  return dueMs !== undefined && dueMs > knownMs ? dueMs : undefined;
}

/** Until the next run could be missed. */
function nextLookMs({ schedule = '', timeZone }: TrimmedWorkload, context: RuleContext): number | undefined {
  const fromMs = context.nowMs - graceOf('missedRun', context);
  const next = runDue(schedule, { fromMs, direction: 'after', ...(timeZone !== undefined && { timeZone }) });
  return next === undefined ? undefined : next - fromMs;
}
