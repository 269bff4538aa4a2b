/** Arbitraries of objects that no API server should send, and some do. */
import fc from 'fast-check';
import { trimJob } from '../../trim-batch.ts';
import { trimEndpointSlice } from '../../trim-network.ts';
import { trimPersistentVolumeClaim } from '../../trim-support.ts';
import { trimPod, trimReplicaSet } from '../../trim.ts';
import type { RuleContext } from '../context.ts';
import { long, nowMs } from './rule-table.ts';

/** What must not get out. */
const secret = 'hunter2-<img src=x onerror=alert(1)>';
/** More than 300 kB of it. */
export const huge = `${secret} `.repeat(12_000);

/** A value of the wrong kind as often as one of the right one. */
const any = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    -1,
    0,
    1,
    2,
    1e300,
    Number.NaN,
    '',
    'True',
    'False',
    'Failed',
    secret,
    {},
    [],
    [null],
    true,
  ),
  fc.constantFrom(
    long,
    '2026-13-99',
    '0000-01-01T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    'Pending',
    'Running',
    'OOMKilled',
  ),
  fc.anything({ maxDepth: 2 }),
);
const message = fc.constantFrom(secret, huge, `secret "${secret}" not found`, `Insufficient ${secret}`, 42);
const condition = fc.record(
  {
    type: fc.oneof(
      fc.constantFrom(
        'Ready',
        'Available',
        'Progressing',
        'ReplicaFailure',
        'Failed',
        'Complete',
        'Suspended',
        'Accepted',
      ),
      fc.constantFrom('PodScheduled', 'AbleToScale', 'ScalingActive', 'ScalingLimited', 'Stalled', 'Reconciling'),
      any,
    ),
    status: fc.oneof(fc.constantFrom('True', 'False', 'Unknown'), any),
    reason: fc.oneof(
      fc.constantFrom('Unschedulable', 'BackoffLimitExceeded', '__proto__', 'constructor', 'toString'),
      any,
    ),
    message,
    lastTransitionTime: any,
    observedGeneration: any,
  },
  { requiredKeys: [] },
);
const container = fc.record(
  {
    name: fc.oneof(fc.constantFrom('app', '', 'a b; rm -rf /', '$(id)'), any),
    ready: any,
    started: any,
    restartCount: fc.oneof(fc.integer(), any),
    state: fc.oneof(
      any,
      fc.record({
        waiting: fc.record({
          reason: fc.constantFrom('ErrImagePull', 'CreateContainerConfigError', 'constructor', secret),
          message,
        }),
      }),
      fc.record({
        terminated: fc.record({ reason: fc.constantFrom('Error', 'StartError', secret), exitCode: any, message }),
      }),
    ),
    lastState: fc.oneof(any, fc.record({ terminated: fc.record({ exitCode: fc.integer(), reason: any, message }) })),
  },
  { requiredKeys: [] },
);
/** Owners that go round in a circle, or nowhere. */
const owners = fc.constantFrom(
  undefined,
  [{ kind: 'ReplicaSet', name: 'x', uid: 'x', controller: true }],
  [{ kind: secret, name: secret, uid: '', controller: true }, { controller: true }],
  'me',
);
const metadata = fc.record(
  {
    name: fc.oneof(fc.constantFrom('x', '', '../../etc', '-rf', 'a`id`', huge), any),
    namespace: fc.oneof(fc.constantFrom('shop', '', huge), any),
    uid: fc.constantFrom('x', ''),
    generation: fc.oneof(fc.integer(), any),
    deletionTimestamp: fc.oneof(fc.constant(undefined), any),
    creationTimestamp: any,
    ownerReferences: owners,
    annotations: any,
    labels: any,
  },
  { requiredKeys: [] },
);
const spec = fc.record(
  {
    replicas: fc.oneof(fc.integer(), any),
    schedule: fc.oneof(fc.constantFrom('* * * * *', '0 0 31 2 *', '*/1-5/9 , , - -', huge), any),
    timeZone: fc.oneof(fc.constantFrom('Europe/Berlin', '../../x', huge), any),
    suspend: any,
    template: any,
    selector: any,
    rules: any,
    parentRefs: any,
    containers: fc.oneof(
      any,
      fc.array(fc.record({ name: any, resources: any, readinessProbe: any }), { maxLength: 3 }),
    ),
    volumes: fc.oneof(any, fc.constant([{ configMap: { name: secret } }, { secret: null }, null])),
    storageClassName: any,
    type: any,
  },
  { requiredKeys: [] },
);
const status = fc.record(
  {
    phase: fc.oneof(fc.constantFrom('Pending', 'Running', 'Failed', 'Succeeded', 'Bound', 'Lost'), any),
    reason: fc.oneof(fc.constantFrom('Evicted', 'NodeLost', 'toString', secret), any),
    message,
    conditions: fc.oneof(any, fc.array(condition, { maxLength: 6 })),
    containerStatuses: fc.oneof(any, fc.array(container, { maxLength: 3 })),
    initContainerStatuses: fc.oneof(any, fc.array(container, { maxLength: 2 })),
    parents: fc.oneof(
      any,
      fc.array(fc.record({ parentRef: any, conditions: fc.array(condition, { maxLength: 2 }) }), { maxLength: 2 }),
    ),
    ...Object.fromEntries(
      [
        'observedGeneration',
        'replicas',
        'updatedReplicas',
        'readyReplicas',
        'availableReplicas',
        'numberAvailable',
        'failed',
      ].map((field) => [field, fc.oneof(fc.integer(), any)]),
    ),
    desiredNumberScheduled: fc.oneof(fc.integer(), any),
    lastScheduleTime: any,
    startTime: any,
    loadBalancer: any,
  },
  { requiredKeys: [] },
);
/** Objects with missing, contradictory and hostile fields. */
export const object = fc.oneof(fc.record({ metadata, spec, status }, { requiredKeys: [] }), fc.anything());

/** What may lie around them. */
export const context = fc
  .record({
    pods: fc.array(object, { maxLength: 3 }),
    sets: fc.array(object, { maxLength: 2 }),
    jobs: fc.array(object, { maxLength: 2 }),
    slices: fc.array(object, { maxLength: 2 }),
    knows: fc.boolean(),
    claim: object,
  })
  .map(({ pods, sets, jobs, slices, knows, claim }): RuleContext => ({
    nowMs,
    pods: pods.map(trimPod),
    ...(knows && {
      replicaSets: sets.map(trimReplicaSet),
      jobs: jobs.map(trimJob),
      endpointSlices: slices.map(trimEndpointSlice),
      hasService: () => false,
      claim: () => trimPersistentVolumeClaim(claim),
      troubledSinceMs: nowMs - 3_600_000,
    }),
  }));
