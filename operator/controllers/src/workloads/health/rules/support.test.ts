import { describe } from 'vitest';
import { lately, long, ruleTable } from '../testing/rule-table.ts';

const condition = (type: string, status: string, reason = '', since = long) => ({
  type,
  status,
  reason,
  lastTransitionTime: since,
});

describe('a HorizontalPodAutoscaler', () => {
  const spec = { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 5 };
  const able = condition('AbleToScale', 'True', 'ReadyForNewScale');
  const active = condition('ScalingActive', 'True', 'ValidMetricFound');
  const scales = (...conditions: object[]) => ({ spec, status: { currentReplicas: 5, conditions } });
  ruleTable({ group: 'autoscaling', kind: 'HorizontalPodAutoscaler' }, [
    { it: 'scaling', object: scales(able, active), is: 'Healthy Ready' },
    {
      it: 'pegged',
      object: scales(able, active, condition('ScalingLimited', 'True', 'TooManyReplicas')),
      is: 'Healthy PeggedAtMax',
      step: /maxReplicas/,
    },
    {
      it: 'once pegged',
      object: scales(able, active, condition('ScalingLimited', 'False', 'DesiredWithinRange')),
      is: 'Healthy Ready',
    },
    {
      it: 'at its minimum',
      object: scales(able, active, condition('ScalingLimited', 'True', 'TooFewReplicas')),
      is: 'Healthy Ready',
    },
    {
      it: 'without its target',
      object: scales(condition('AbleToScale', 'False', 'FailedGetScale', lately)),
      is: 'Degraded FailedGetScale',
      step: /scaleTargetRef/,
    },
    {
      it: 'unable to write',
      object: scales(condition('AbleToScale', 'False', 'FailedUpdateScale')),
      is: 'Degraded FailedUpdateScale',
    },
    {
      it: 'without metrics for an hour',
      object: scales(able, condition('ScalingActive', 'False', 'FailedGetResourceMetric')),
      is: 'Degraded FailedGetResourceMetric',
      step: /metrics API/,
    },
    {
      it: 'without metrics a moment',
      object: scales(able, condition('ScalingActive', 'False', 'FailedGetResourceMetric', lately)),
      is: 'Progressing FailedGetResourceMetric',
    },
    {
      it: 'whose metrics came back',
      object: scales(able, condition('ScalingActive', 'True', 'FailedGetResourceMetric')),
      is: 'Healthy Ready',
    },
    {
      it: 'with a selector that selects twice',
      object: scales(able, condition('ScalingActive', 'False', 'InvalidSelector')),
      is: 'Degraded InvalidSelector',
    },
    {
      it: 'of what is scaled to zero',
      object: scales(able, condition('ScalingActive', 'False', 'ScalingDisabled')),
      is: 'Suspended ScalingDisabled',
    },
    {
      it: 'that does not know',
      object: scales(able, condition('ScalingActive', 'Unknown')),
      is: 'Unknown ConditionUnknown',
    },
    { it: 'new', object: { spec }, is: 'Progressing Starting' },
    {
      it: 'changed and not yet seen',
      object: { metadata: { generation: 2 }, spec, status: { observedGeneration: 1 } },
      is: 'Progressing NotObserved',
    },
  ]);
});

describe('a PersistentVolumeClaim', () => {
  const pending = { status: { phase: 'Pending' } };
  const fast = { storageClassName: 'fast' };
  const waits = { bindingMode: () => 'WaitForFirstConsumer' };
  const young = { metadata: { creationTimestamp: lately } };
  const taken = { metadata: { annotations: { 'volume.kubernetes.io/storage-provisioner': 'csi.example' } } };
  ruleTable({ group: '', kind: 'PersistentVolumeClaim' }, [
    { it: 'bound', object: { status: { phase: 'Bound' } }, is: 'Healthy Bound' },
    {
      it: 'bound and to grow',
      object: { status: { phase: 'Bound', conditions: [condition('FileSystemResizePending', 'True')] } },
      is: 'Healthy ResizePending',
      step: /restart the pods/,
    },
    { it: 'lost', object: { status: { phase: 'Lost' } }, is: 'Degraded ClaimLost', step: /backup/ },
    {
      it: 'waiting for a pod',
      object: { spec: fast, ...pending },
      context: waits,
      is: 'Suspended WaitForFirstConsumer',
    },
    {
      it: 'taken up by a pod, for an hour',
      object: { ...taken, spec: fast, ...pending },
      context: waits,
      is: 'Degraded NotProvisioned',
      step: /provisioner/,
    },
    { it: 'binding', object: { ...young, spec: fast, ...pending }, is: 'Progressing Binding' },
    {
      it: 'an hour without a provisioner',
      object: { spec: fast, ...pending },
      context: { bindingMode: () => 'Immediate' },
      is: 'Degraded NotProvisioned',
    },
    {
      it: 'an hour, its class unknown',
      object: { spec: fast, ...pending },
      is: 'Unknown Forbidden',
      step: /StorageClass/,
    },
    {
      it: 'an hour without a class',
      object: { spec: {}, ...pending },
      is: 'Degraded NoStorageClass',
      step: /kubectl get storageclass/,
    },
    { it: 'an hour without a volume', object: { spec: { storageClassName: '' }, ...pending }, is: 'Degraded NoVolume' },
    { it: 'without a phase', object: {}, is: 'Unknown NoStatus' },
  ]);
});

describe('a PodDisruptionBudget', () => {
  const budget = (status: object) => ({
    status: { observedGeneration: 1, expectedPods: 3, desiredHealthy: 2, ...status },
  });
  ruleTable({ group: 'policy', kind: 'PodDisruptionBudget' }, [
    { it: 'kept', object: budget({ currentHealthy: 3, disruptionsAllowed: 1 }), is: 'Healthy Ready' },
    { it: 'just kept', object: budget({ currentHealthy: 2, disruptionsAllowed: 0 }), is: 'Healthy Ready' },
    {
      it: 'not kept',
      object: budget({ currentHealthy: 1, disruptionsAllowed: 0 }),
      is: 'Degraded InsufficientPods',
      step: /no node can be drained/,
    },
    {
      it: 'that cannot count',
      object: budget({ conditions: [condition('DisruptionAllowed', 'False', 'SyncFailed')] }),
      is: 'Degraded SyncFailed',
    },
    { it: 'of nothing', object: budget({ expectedPods: 0, desiredHealthy: 0 }), is: 'Suspended NoPods' },
    {
      it: 'of what is scaled to zero, although it asks for two',
      object: budget({ expectedPods: 0, currentHealthy: 0, disruptionsAllowed: 0 }),
      is: 'Suspended NoPods',
    },
    { it: 'not yet seen', object: {}, is: 'Progressing NotObserved' },
  ]);
});

describe('a CustomResourceDefinition', () => {
  const says = (...conditions: object[]) => ({ status: { conditions } });
  ruleTable({ group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' }, [
    { it: 'established', object: says(condition('Established', 'True')), is: 'Healthy Established' },
    {
      it: 'under another name',
      object: says(condition('NamesAccepted', 'False', 'PluralConflict')),
      is: 'Degraded PluralConflict',
    },
    { it: 'new', object: {}, is: 'Progressing Establishing' },
  ]);
});

describe('an object of any other kind', () => {
  const says = (...conditions: object[]) => ({ status: { conditions } });
  ruleTable({ group: 'example.dev', kind: 'Widget' }, [
    { it: 'ready', object: says(condition('Ready', 'True')), is: 'Healthy Ready' },
    { it: 'available', object: says(condition('Available', 'True')), is: 'Healthy Ready' },
    {
      it: 'being deleted',
      object: { metadata: { deletionTimestamp: lately }, ...says(condition('Ready', 'True')) },
      is: 'Progressing Terminating',
    },
    {
      it: 'changed and not yet seen',
      object: {
        metadata: { generation: 2 },
        status: { observedGeneration: 1, conditions: [condition('Ready', 'True')] },
      },
      is: 'Progressing NotObserved',
    },
    {
      it: 'ready for an older generation',
      object: { metadata: { generation: 2 }, ...says({ ...condition('Ready', 'True'), observedGeneration: 1 }) },
      is: 'Progressing NotObserved',
    },
    {
      it: 'stalled',
      object: says(condition('Stalled', 'True', 'BadSpec'), condition('Ready', 'True')),
      is: 'Degraded BadSpec',
    },
    {
      it: 'reconciling',
      object: says(condition('Reconciling', 'True', 'Working'), condition('Ready', 'False')),
      is: 'Progressing Working',
    },
    {
      it: 'not stalled any more',
      object: says(condition('Stalled', 'False'), condition('Ready', 'True')),
      is: 'Healthy Ready',
    },
    {
      it: 'not ready for a reason of its own',
      object: says(condition('Ready', 'False', 'BadCredentials', lately)),
      is: 'Degraded BadCredentials',
    },
    {
      it: 'not ready for a passing reason',
      object: says(condition('Ready', 'False', 'Provisioning', lately)),
      is: 'Progressing Provisioning',
    },
    {
      it: 'not ready for a passing reason that does not pass',
      object: says(condition('Ready', 'False', 'Provisioning')),
      is: 'Degraded Provisioning',
    },
    {
      it: 'not ready without a reason',
      object: says(condition('Ready', 'False', '', lately)),
      is: 'Progressing NotReady',
    },
    { it: 'that does not know', object: says(condition('Ready', 'Unknown', 'NoContact')), is: 'Unknown NoContact' },
    { it: 'without a word', object: {}, is: 'Unknown NoRule', step: /no rule for Widget/ },
    { it: 'with words that nobody knows', object: says(condition('Sparkling', 'True')), is: 'Unknown NoRule' },
    {
      it: 'with a reason that is no word',
      object: says(condition('Ready', 'False', '<script>alert(1)</script>', lately)),
      is: 'Degraded Reasonscriptalert1script',
    },
  ]);
  ruleTable({ group: 'serving.example.dev', kind: 'Service' }, [
    { it: 'that bears the name of another kind', object: says(condition('Ready', 'True')), is: 'Healthy Ready' },
    { it: 'that bears the name of another kind and says nothing', object: {}, is: 'Unknown NoRule' },
  ]);
});
