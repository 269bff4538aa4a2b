import { describe, events, kubectl, lookFor, type StepRule } from './subject.ts';

const metrics: StepRule = (subject) => ({
  text: 'It gets no metrics: see whether the metrics API answers, and whether the containers request what is measured.',
  command: describe(subject),
});

const claim: StepRule = (subject) => ({
  text: 'See why no volume is provisioned: the StorageClass, its provisioner, or free volumes.',
  command: describe(subject),
});

/** Steps for the reasons of supporting kinds and of kinds without a rule. */
export const supportSteps: Readonly<Record<string, StepRule>> = {
  NoReadyEndpoints: (subject) => ({
    text: `No ready pod stands behind Service ${subject.name}: compare its selector with the labels of the pods, and see whether they are ready.`,
    command: kubectl('get endpointslices -n % -l kubernetes.io/service-name=%', [subject.namespace, subject.name]),
  }),
  NoAddress: (subject) => ({
    text: `${subject.kind} ${subject.name} gets no address: see whether a load balancer or an ingress controller answers for it.`,
    command: events(subject),
  }),
  BackendMissing: (subject) => ({
    text: `Service ${subject.detail ?? ''} does not exist: create it, or correct the backend.`,
    command: lookFor('service', subject.detail ?? '', subject.namespace),
  }),
  AddressNotPublished: (subject) => ({
    text: 'Its controller publishes no address, so it cannot be told whether it serves: try its host.',
    command: describe(subject),
  }),
  NoParentAnswered: (subject) => ({
    text: 'No Gateway has answered for this route: check parentRefs, and that the Gateway exists and allows the namespace.',
    command: describe(subject),
  }),
  NoStorageClass: (subject) => ({
    text: 'It names no StorageClass and there is no default one: name one, make one the default, or create a volume for it.',
    command: subject.name === '' ? undefined : 'kubectl get storageclass',
  }),
  NoVolume: claim,
  NotProvisioned: claim,
  ClaimLost: (subject) => ({
    text: 'Its volume is gone: restore the PersistentVolume, or create the claim anew from a backup.',
    command: describe(subject),
  }),
  ResizePending: (subject) => ({
    text: 'The file system grows when a pod mounts it next: restart the pods that use it.',
    command: describe(subject),
  }),
  PeggedAtMax: (subject) => ({
    text: 'It wants more replicas than maxReplicas allows: raise that, or give each replica more.',
    command: describe(subject),
  }),
  FailedGetScale: (subject) => ({
    text: 'Its target cannot be scaled: check scaleTargetRef.',
    command: describe(subject),
  }),
  FailedGetResourceMetric: metrics,
  FailedGetContainerResourceMetric: metrics,
  FailedGetObjectMetric: metrics,
  FailedGetPodsMetric: metrics,
  FailedGetExternalMetric: metrics,
  FailedComputeMetricsReplicas: metrics,
  InsufficientPods: (subject) => ({
    text: 'Fewer pods are healthy than the budget asks for, so no node can be drained: see its pods.',
    command: describe(subject),
  }),
  Forbidden: (subject) => ({
    text: `Let the operator read ${subject.kind}: grant it get, list and watch.`,
    command: kubectl('auth can-i list % -n %', [subject.kind.toLowerCase(), subject.namespace]),
  }),
  KindNotWatched: (subject) => ({
    text: `Tell the operator to watch ${subject.kind}: add it to --workload-kinds as ${subject.kind}=plural.version.group, and let it list and watch that kind.`,
    command: 'kubectl api-resources --namespaced=true',
  }),
  NotInstalled: (subject) => ({
    text: `Install the CustomResourceDefinition of ${subject.kind}, or take it out of spec.workloads.`,
    command: 'kubectl api-resources --namespaced=true',
  }),
  NoRule: (subject) => ({
    text: `Portolan has no rule for ${subject.kind} and the object reports no condition that it knows: judge it by its status.`,
    command: describe(subject),
  }),
};
