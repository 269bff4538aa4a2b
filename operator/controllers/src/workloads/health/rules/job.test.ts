import { describe, expect, it } from 'vitest';
import { trimJob } from '../../trim-batch.ts';
import { trimPod } from '../../trim.ts';
import { judgeRaw } from '../registry.ts';
import { crashed, lately, long, nowMs, podObject, podWith, ruleTable, waiting } from '../testing/rule-table.ts';

const condition = (type: string, status = 'True', reason = '') => ({
  type,
  status,
  reason,
  lastTransitionTime: lately,
});
const started = { startTime: long, active: 1 };
const stuck = trimPod(podWith(waiting('ErrImagePull', 'not found'), { phase: 'Pending' }));
const failedPod = trimPod(
  podObject({
    status: {
      phase: 'Failed',
      containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { terminated: { exitCode: 3 } } }],
    },
  }),
);

describe('a Job', () => {
  ruleTable({ group: 'batch', kind: 'Job' }, [
    { it: 'complete', object: { status: { conditions: [condition('Complete')] } }, is: 'Healthy Complete' },
    {
      it: 'failed too often',
      object: { status: { failed: 7, conditions: [condition('Failed', 'True', 'BackoffLimitExceeded')] } },
      context: { pods: [failedPod] },
      is: 'Degraded BackoffLimitExceeded',
      step: /kubectl logs job\/x -n shop/,
      says: /7 failed.*exit code 3/,
    },
    {
      it: 'over its deadline',
      object: { status: { conditions: [condition('Failed', 'True', 'DeadlineExceeded')] } },
      is: 'Degraded DeadlineExceeded',
      step: /allow more/,
    },
    {
      it: 'ended by its policy',
      object: { status: { conditions: [condition('Failed', 'True', 'PodFailurePolicy')] } },
      is: 'Degraded PodFailurePolicy',
    },
    {
      it: 'failed in some indexes',
      object: { status: { conditions: [condition('Failed', 'True', 'FailedIndexes')] } },
      is: 'Degraded FailedIndexes',
    },
    {
      it: 'failed without a reason',
      object: { status: { conditions: [condition('Failed')] } },
      is: 'Degraded JobFailed',
    },
    {
      it: 'suspended',
      object: { spec: { suspend: true }, status: { conditions: [condition('Suspended')] } },
      is: 'Suspended Suspended',
      step: /"suspend":false/,
    },
    {
      it: 'resumed',
      object: { status: { ...started, conditions: [condition('Suspended', 'False', 'JobResumed')] } },
      is: 'Progressing Running',
    },
    {
      it: 'about to fail',
      object: { status: { ...started, conditions: [condition('FailureTarget')] } },
      is: 'Progressing Failing',
    },
    {
      it: 'about to be complete',
      object: { status: { ...started, conditions: [condition('SuccessCriteriaMet')] } },
      is: 'Progressing Completing',
    },
    {
      it: 'running',
      object: { spec: { completions: 3 }, status: { ...started, succeeded: 1 } },
      is: 'Progressing Running',
      says: /1 of 3 done/,
    },
    { it: 'not started', object: {}, is: 'Progressing NotStarted' },
    {
      it: 'trying again',
      object: { status: { ...started, failed: 1 } },
      context: { pods: [failedPod] },
      is: 'Progressing Retrying',
      step: /tried again/,
    },
    {
      it: 'trying again in the same pod',
      object: { status: started },
      context: { pods: [trimPod(podWith(crashed))] },
      is: 'Progressing Retrying',
    },
    {
      it: 'trying again, pods unknown',
      object: { status: { ...started, failed: 2 } },
      is: 'Progressing Retrying',
      says: /2 of its pods failed/,
    },
    {
      it: 'without its image',
      object: { status: started },
      context: { pods: [stuck] },
      is: 'Degraded ErrImagePull',
      step: /no such image/,
    },
    {
      it: 'being deleted',
      object: { metadata: { deletionTimestamp: lately }, status: { conditions: [condition('Failed')] } },
      is: 'Progressing Terminating',
    },
  ]);
});

const job = (name: string, startTime: string, ...conditions: object[]) =>
  trimJob({ metadata: { name, namespace: 'shop', uid: `job-${name}` }, status: { startTime, conditions } });
const hourly = { schedule: '0 * * * *' };
const onTime = { lastScheduleTime: '2026-11-23T09:00:00Z' };
const early = '2026-11-23T08:00:00Z';

describe('a CronJob', () => {
  ruleTable({ group: 'batch', kind: 'CronJob' }, [
    {
      it: 'suspended',
      object: { spec: { suspend: true } },
      is: 'Suspended Suspended',
      step: /kubectl patch cronjob\/x/,
    },
    { it: 'that has not been due yet', object: { spec: { schedule: '0 0 1 1 *' } }, is: 'Unknown NoRunYet' },
    { it: 'running', object: { spec: hourly, status: { ...onTime, active: [{}] } }, is: 'Healthy Running' },
    {
      it: 'running after a failure',
      object: { spec: hourly, status: { ...onTime, active: [{}] } },
      context: { jobs: [job('a', early, condition('Failed', 'True', 'BackoffLimitExceeded')), job('b', long)] },
      is: 'Degraded LastRunFailed',
      step: /kubectl logs job\/a -n shop/,
    },
    {
      it: 'whose newest Job failed',
      object: { spec: hourly, status: onTime },
      context: {
        jobs: [job('a', early, condition('Complete')), job('b', long, condition('Failed', 'True', 'DeadlineExceeded'))],
      },
      is: 'Degraded LastRunFailed',
      says: /Job b: it ran longer/,
    },
    {
      it: 'whose newest Job succeeded, and an older one failed',
      object: { spec: hourly, status: onTime },
      context: { jobs: [job('a', early, condition('Failed')), job('b', long, condition('Complete'))] },
      is: 'Healthy LastRunSucceeded',
    },
    {
      it: 'that succeeded since, its Jobs cleaned away',
      object: { spec: hourly, status: { ...onTime, lastSuccessfulTime: '2026-11-23T09:59:50Z' } },
      context: { jobs: [job('a', early, condition('Failed'))] },
      is: 'Healthy LastRunSucceeded',
    },
    {
      it: 'succeeded, its Jobs unknown',
      object: { spec: hourly, status: { ...onTime, lastSuccessfulTime: '2026-11-23T09:01:00Z' } },
      is: 'Healthy LastRunSucceeded',
    },
    {
      it: 'not succeeded, its Jobs unknown',
      object: { spec: hourly, status: { ...onTime, lastSuccessfulTime: '2026-11-23T08:01:00Z' } },
      is: 'Degraded LastRunFailed',
    },
    {
      it: 'that missed its schedule',
      object: {
        metadata: { creationTimestamp: early },
        spec: hourly,
        status: { lastScheduleTime: early, lastSuccessfulTime: early },
      },
      is: 'Degraded MissedSchedule',
      says: /at 2026-11-23T09:00Z/,
      step: /kube-controller-manager/,
    },
    {
      it: 'that missed its very first schedule',
      object: { metadata: { creationTimestamp: early }, spec: hourly },
      is: 'Degraded MissedSchedule',
    },
    {
      it: 'due a minute ago',
      object: { metadata: { creationTimestamp: long }, spec: { schedule: '59 9 * * *' } },
      is: 'Unknown NoRunYet',
    },
    {
      it: 'that waits for the run before',
      object: { spec: { ...hourly, concurrencyPolicy: 'Forbid' }, status: { lastScheduleTime: early, active: [{}] } },
      is: 'Healthy Running',
    },
    {
      it: 'that missed its schedule in its own time zone',
      object: {
        spec: { schedule: '30 10 * * *', timeZone: 'Europe/Berlin' },
        status: { lastScheduleTime: '2026-11-22T09:30:00Z' },
      },
      is: 'Degraded MissedSchedule',
      says: /at 2026-11-23T09:30Z/,
    },
    {
      it: 'with a schedule that nobody can read',
      object: { spec: { schedule: 'often' }, status: { ...onTime, lastSuccessfulTime: long } },
      is: 'Healthy LastRunSucceeded',
    },
    {
      it: 'in a time zone that nobody knows',
      object: { spec: { ...hourly, timeZone: 'Mars/Olympus' }, status: { ...onTime, lastSuccessfulTime: long } },
      is: 'Healthy LastRunSucceeded',
    },
  ]);

  it('is looked at again when its next run could be missed', () => {
    const raw = { metadata: { name: 'x', creationTimestamp: long }, spec: { schedule: '5 10 * * *' } };
    const finding = judgeRaw(raw, { group: 'batch', kind: 'CronJob' }, { nowMs, pods: [] });
    expect(finding.recheckMs).toBe(7 * 60_000);
  });

  it('shows the way down to the pod of the run that failed', () => {
    const failed = job('b', long, condition('Failed', 'True', 'BackoffLimitExceeded'));
    const pod = {
      ...failedPod,
      metadata: {
        ...failedPod.metadata,
        ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'b', uid: 'job-b' }],
      },
    };
    const raw = { metadata: { name: 'x', namespace: 'shop', creationTimestamp: long }, spec: hourly, status: onTime };
    const finding = judgeRaw(raw, { group: 'batch', kind: 'CronJob' }, { nowMs, pods: [pod], jobs: [failed] });
    expect(finding.evidence.map((each) => each.kind)).toEqual(['CronJob', 'Job', 'Pod']);
  });
});
