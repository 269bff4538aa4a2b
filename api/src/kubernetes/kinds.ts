import type { ResourceType } from '@portolan/runtime';

/** A kind whose objects may leave as they are, and the name under which Backstage's clients look for it. */
export interface ReadableKind extends ResourceType {
  type: string;
}

function kind(type: string, resource: Omit<ResourceType, 'namespaced' | 'version'> & { version?: string }) {
  return { version: 'v1', ...resource, namespaced: true, type } satisfies ReadableKind;
}

const custom = 'customresources';
const gateway = 'gateway.networking.k8s.io';

export const pods: ReadableKind = kind('pods', { group: '', plural: 'pods', kind: 'Pod' });
export const replicaSets: ReadableKind = kind('replicasets', {
  group: 'apps',
  plural: 'replicasets',
  kind: 'ReplicaSet',
});
export const jobs: ReadableKind = kind('jobs', { group: 'batch', plural: 'jobs', kind: 'Job' });

/**
 * The kinds that entities link, and what they own. Nothing else is ever read for a caller: Secrets and ConfigMaps least
 * of all.
 */
export const builtInKinds: readonly ReadableKind[] = [
  kind('deployments', { group: 'apps', plural: 'deployments', kind: 'Deployment' }),
  kind('statefulsets', { group: 'apps', plural: 'statefulsets', kind: 'StatefulSet' }),
  kind('daemonsets', { group: 'apps', plural: 'daemonsets', kind: 'DaemonSet' }),
  replicaSets,
  kind('cronjobs', { group: 'batch', plural: 'cronjobs', kind: 'CronJob' }),
  jobs,
  pods,
  kind('services', { group: '', plural: 'services', kind: 'Service' }),
  kind('ingresses', { group: 'networking.k8s.io', plural: 'ingresses', kind: 'Ingress' }),
  kind('horizontalpodautoscalers', {
    group: 'autoscaling',
    version: 'v2',
    plural: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
  }),
  kind('persistentvolumeclaims', { group: '', plural: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim' }),
  // Backstage has no type of their own for these.
  kind(custom, { group: 'policy', plural: 'poddisruptionbudgets', kind: 'PodDisruptionBudget' }),
  kind(custom, { group: gateway, plural: 'httproutes', kind: 'HTTPRoute' }),
  kind(custom, { group: gateway, plural: 'grpcroutes', kind: 'GRPCRoute' }),
  kind(custom, { group: gateway, plural: 'tlsroutes', kind: 'TLSRoute' }),
  kind(custom, { group: gateway, version: 'v1alpha2', plural: 'tcproutes', kind: 'TCPRoute' }),
  kind(custom, { group: gateway, version: 'v1alpha2', plural: 'udproutes', kind: 'UDPRoute' }),
  kind(custom, { group: gateway, plural: 'gateways', kind: 'Gateway' }),
];

/** The kinds of {@link builtInKinds} and further ones, as configured. Secrets are not among them, whoever asks. */
export function readableKinds(further: readonly ResourceType[] = []): readonly ReadableKind[] {
  const added = further
    .filter(({ group, plural }) => !(group === '' && plural === 'secrets'))
    .filter(({ group, plural }) => !builtInKinds.some((each) => each.group === group && each.plural === plural))
    .map((resource) => ({ ...resource, type: custom }));
  return [...builtInKinds, ...added];
}

/**
 * The kind of a linked object. A status names no group, so of two kinds of one name neither is read: the object of the
 * other one may be somebody else's.
 */
export function kindNamed(kinds: readonly ReadableKind[], name: string): ReadableKind | undefined {
  const [found, other] = kinds.filter((each) => each.kind === name);
  return other === undefined ? found : undefined;
}
