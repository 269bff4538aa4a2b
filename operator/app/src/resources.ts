import { apiGroup, clusterNames, kinds, type EntityKind } from '@portolan/crds';
import type { WorkloadKind } from '@portolan/controllers';
import type { ResourceType } from '@portolan/runtime';

/** Our kinds as the API server knows them. */
export const entityResources: ReadonlyMap<EntityKind, ResourceType> = new Map(
  kinds.map(({ kind, plural }) => [kind, { group: apiGroup, version: 'v1alpha1', plural, kind, namespaced: true }]),
);

function apps(kind: string, plural: string): ResourceType {
  return { group: 'apps', version: 'v1', plural, kind, namespaced: true };
}

/** The workload kinds that adopting offers. */
export const workloadResources: ReadonlyMap<WorkloadKind, ResourceType> = new Map([
  ['Deployment', apps('Deployment', 'deployments')],
  ['StatefulSet', apps('StatefulSet', 'statefulsets')],
  ['DaemonSet', apps('DaemonSet', 'daemonsets')],
  ['CronJob', { group: 'batch', version: 'v1', plural: 'cronjobs', kind: 'CronJob', namespaced: true }],
]);

export const namespaceResource: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};

/** Where the operator reports how its watching goes. */
export const clusterResource: ResourceType = {
  group: apiGroup,
  version: 'v1alpha1',
  plural: clusterNames.plural,
  kind: clusterNames.kind,
  namespaced: true,
};
