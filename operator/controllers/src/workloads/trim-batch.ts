import type { KubernetesObject } from '@portolan/runtime';
import { count, createdMs, record, time, trimConditions, trimMetadata, type TrimmedCondition } from './trim-fields.ts';

/** What health reads of a Job. */
export interface TrimmedJob extends KubernetesObject {
  kind: 'Job';
  /** Undefined where the Job works through a queue. */
  completions: number | undefined;
  backoffLimit: number;
  isSuspended: boolean;
  active: number;
  succeeded: number;
  failed: number;
  createdMs: number | undefined;
  startedMs: number | undefined;
  completedMs: number | undefined;
  conditions: readonly TrimmedCondition[];
}

/** `spec.backoffLimit` of a Job that names none (batch/v1). */
const backoffLimitUnlessSet = 6;

/** The transform of Jobs. */
export function trimJob(raw: unknown): TrimmedJob {
  const object = record(raw);
  const spec = record(object['spec']);
  const status = record(object['status']);
  return {
    kind: 'Job',
    metadata: trimMetadata(object),
    completions: spec['completions'] === undefined ? undefined : count(spec['completions'], 1),
    backoffLimit: count(spec['backoffLimit'], backoffLimitUnlessSet),
    isSuspended: spec['suspend'] === true,
    active: count(status['active']),
    succeeded: count(status['succeeded']),
    failed: count(status['failed']),
    createdMs: createdMs(object),
    startedMs: time(status['startTime']),
    completedMs: time(status['completionTime']),
    conditions: trimConditions(status['conditions']),
  };
}
