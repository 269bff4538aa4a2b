/**
 * How kinds are told apart in stores, owner references and the words of an entity: Kubernetes' own by their name, all
 * others by name and group, for two groups may give one name to their kinds. It imports nothing: the configuration reads
 * it in every role.
 */

/** The groups of the kinds that Portolan watches everywhere, with or without a rule of their own. */
const builtInGroups: ReadonlyMap<string, string> = new Map([
  ['Deployment', 'apps'],
  ['StatefulSet', 'apps'],
  ['DaemonSet', 'apps'],
  ['ReplicaSet', 'apps'],
  ['Job', 'batch'],
  ['CronJob', 'batch'],
  ['Pod', ''],
  ['Service', ''],
  ['PersistentVolumeClaim', ''],
  ['Namespace', ''],
  ['EndpointSlice', 'discovery.k8s.io'],
  ['Ingress', 'networking.k8s.io'],
  ['HorizontalPodAutoscaler', 'autoscaling'],
  ['PodDisruptionBudget', 'policy'],
  ['StorageClass', 'storage.k8s.io'],
  ['HTTPRoute', 'gateway.networking.k8s.io'],
  ['GRPCRoute', 'gateway.networking.k8s.io'],
  ['TLSRoute', 'gateway.networking.k8s.io'],
  ['TCPRoute', 'gateway.networking.k8s.io'],
  ['UDPRoute', 'gateway.networking.k8s.io'],
]);

/** Kubernetes' own kinds that may run an entity. */
export const builtInPrimaries: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
  'ReplicaSet',
  'Pod',
]);

/** The id of a kind: `Deployment`, `Rollout.argoproj.io`. */
export function kindId({ kind, group }: { kind: string; group: string }): string {
  return builtInGroups.get(kind) === group ? kind : `${kind}.${group}`;
}

/** The id of an object's kind. Trimmed objects of Kubernetes' own kinds know no group, and pods no kind either. */
export function kindIdOf({ kind = 'Pod', group }: { kind?: string; group?: string }): string {
  return group === undefined ? kind : kindId({ kind, group });
}

/** The id of the kind that an owner reference, or the target of an autoscaler, names. */
export function kindIdOfOwner({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  const slash = apiVersion.indexOf('/');
  return kindId({ kind, group: slash < 0 ? '' : apiVersion.slice(0, slash) });
}

export function isBuiltIn(kind: string): boolean {
  return builtInGroups.has(kind);
}
