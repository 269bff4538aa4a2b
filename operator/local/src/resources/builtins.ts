import type { Column, Resource } from './resource.ts';

interface Builtin {
  kind: string;
  plural: string;
  shortNames?: readonly string[];
  cluster?: true;
  /** No `/status`, and no generation. */
  plain?: true;
  columns?: readonly Column[];
  selectableFields?: readonly string[];
  noGeneration?: true;
}

const column = (name: string, jsonPath: string, type = 'string'): Column => ({ name, type, jsonPath });

const groups: Readonly<Record<string, readonly Builtin[]>> = {
  v1: [
    { kind: 'ConfigMap', plural: 'configmaps', shortNames: ['cm'], plain: true },
    { kind: 'Event', plural: 'events', shortNames: ['ev'], plain: true, selectableFields: eventFields() },
    {
      kind: 'Namespace',
      plural: 'namespaces',
      shortNames: ['ns'],
      cluster: true,
      columns: [column('Status', 'status.phase')],
      selectableFields: ['status.phase'],
      noGeneration: true,
    },
    { kind: 'Node', plural: 'nodes', shortNames: ['no'], cluster: true, noGeneration: true },
    { kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', shortNames: ['pvc'], noGeneration: true },
    {
      kind: 'Pod',
      plural: 'pods',
      shortNames: ['po'],
      columns: [column('Status', 'status.phase')],
      selectableFields: ['spec.nodeName', 'spec.serviceAccountName', 'status.phase', 'status.podIP'],
    },
    { kind: 'Secret', plural: 'secrets', plain: true, selectableFields: ['type'] },
    { kind: 'Service', plural: 'services', shortNames: ['svc'], noGeneration: true },
    { kind: 'ServiceAccount', plural: 'serviceaccounts', shortNames: ['sa'], plain: true },
  ],
  'apps/v1': [
    { kind: 'DaemonSet', plural: 'daemonsets', shortNames: ['ds'] },
    {
      kind: 'Deployment',
      plural: 'deployments',
      shortNames: ['deploy'],
      columns: [
        column('Ready', 'status.readyReplicas', 'integer'),
        column('Up-to-date', 'status.updatedReplicas', 'integer'),
        column('Available', 'status.availableReplicas', 'integer'),
      ],
    },
    { kind: 'ReplicaSet', plural: 'replicasets', shortNames: ['rs'] },
    { kind: 'StatefulSet', plural: 'statefulsets', shortNames: ['sts'] },
  ],
  'batch/v1': [
    { kind: 'CronJob', plural: 'cronjobs', shortNames: ['cj'] },
    { kind: 'Job', plural: 'jobs' },
  ],
  'autoscaling/v2': [{ kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers', shortNames: ['hpa'] }],
  'coordination.k8s.io/v1': [
    { kind: 'Lease', plural: 'leases', plain: true, columns: [column('Holder', 'spec.holderIdentity')] },
  ],
  'events.k8s.io/v1': [{ kind: 'Event', plural: 'events', shortNames: ['ev'], plain: true }],
  'flowcontrol.apiserver.k8s.io/v1': [
    { kind: 'FlowSchema', plural: 'flowschemas', cluster: true },
    { kind: 'PriorityLevelConfiguration', plural: 'prioritylevelconfigurations', cluster: true },
  ],
  'networking.k8s.io/v1': [
    { kind: 'Ingress', plural: 'ingresses', shortNames: ['ing'] },
    { kind: 'NetworkPolicy', plural: 'networkpolicies', shortNames: ['netpol'] },
  ],
  'policy/v1': [{ kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', shortNames: ['pdb'] }],
  'rbac.authorization.k8s.io/v1': [
    { kind: 'ClusterRole', plural: 'clusterroles', cluster: true, plain: true },
    { kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', cluster: true, plain: true },
    { kind: 'Role', plural: 'roles', plain: true },
    { kind: 'RoleBinding', plural: 'rolebindings', plain: true },
  ],
  'apiextensions.k8s.io/v1': [
    {
      kind: 'CustomResourceDefinition',
      plural: 'customresourcedefinitions',
      shortNames: ['crd', 'crds'],
      cluster: true,
    },
  ],
};

/** The kinds that are there without a CRD. They are stored as sent: no schema, no defaults, no controllers. */
export const builtins: readonly Resource[] = Object.entries(groups).flatMap(([apiVersion, kinds]) => {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return kinds.map((each) => ({
    group: group ?? '',
    version: version ?? '',
    plural: each.plural,
    singular: each.kind.toLowerCase(),
    kind: each.kind,
    listKind: `${each.kind}List`,
    namespaced: each.cluster !== true,
    shortNames: each.shortNames ?? [],
    categories: ['pods', 'services', 'deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs']
      .filter((plural) => plural === each.plural)
      .map(() => 'all'),
    statusSubresource: each.plain !== true,
    hasGeneration: each.plain !== true && each.noGeneration !== true,
    custom: false,
    columns: [...(each.columns ?? []), { name: 'Age', type: 'date', jsonPath: 'metadata.creationTimestamp' }],
    selectableFields: each.selectableFields ?? [],
  }));
});

function eventFields(): string[] {
  const ofObject = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
  return [...ofObject.map((field) => `involvedObject.${field}`), 'reason', 'reportingComponent', 'source', 'type'];
}
