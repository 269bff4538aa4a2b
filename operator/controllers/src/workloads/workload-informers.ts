import type { Informer, KubernetesObject, ResourceType, StoreIndexes } from '@portolan/runtime';
import { createInterner } from '../entities/interner.ts';
import { healthKind, healthKinds, type HealthKind } from './health/registry.ts';
import { builtInPrimaries, kindId, kindIdOfOwner } from './kind-id.ts';
import type { TrimmedJob } from './trim-batch.ts';
import { templateOf, withLink, type LinkFacts } from './trim-link.ts';
import {
  trimEndpointSlice,
  type TrimmedEndpointSlice,
  type TrimmedIngress,
  type TrimmedRoute,
  type TrimmedService,
} from './trim-network.ts';
import {
  trimStorageClass,
  type TrimmedAutoscaler,
  type TrimmedDisruptionBudget,
  type TrimmedObject,
  type TrimmedPersistentVolumeClaim,
  type TrimmedStorageClass,
} from './trim-support.ts';
import {
  podTrimmer,
  trimNamespace,
  type TrimmedNamespace,
  type TrimmedPod,
  type TrimmedReplicaSet,
  type TrimmedWorkload,
} from './trim.ts';

/** An object that may run an entity, or is a part of one that does; parts that Kubernetes made have no `link`. */
export type WorkloadObject = (TrimmedWorkload | TrimmedReplicaSet | TrimmedJob | TrimmedPod | TrimmedObject) & {
  group?: string;
  link?: LinkFacts;
};

/** A kind that the configuration adds to those that run entities. */
export type WorkloadKindSetting = Pick<ResourceType, 'group' | 'version' | 'plural' | 'kind'>;

/** Every informer that linking and health read. */
export interface WorkloadInformers {
  /** What may run an entity, by kind id: Kubernetes' own kinds, pods, ReplicaSets and Jobs among them, and those configured. */
  primaries: ReadonlyMap<string, Informer<WorkloadObject>>;
  services: Informer<TrimmedService>;
  endpointSlices: Informer<TrimmedEndpointSlice>;
  ingresses: Informer<TrimmedIngress>;
  /** By kind. Their kinds are installed or not, each for itself. */
  routes: ReadonlyMap<string, Informer<TrimmedRoute>>;
  autoscalers: Informer<TrimmedAutoscaler>;
  claims: Informer<TrimmedPersistentVolumeClaim>;
  budgets: Informer<TrimmedDisruptionBudget>;
  /** Absent when only some namespaces are watched: it is cluster-scoped, and Roles cannot grant it. */
  storageClasses: Informer<TrimmedStorageClass> | undefined;
  /** Absent for the same reason. */
  namespaces: Informer<TrimmedNamespace> | undefined;
}

/** How an informer is made, by whoever has a transport. */
export type Inform = <T extends KubernetesObject>(kind: {
  resource: ResourceType;
  transform: (raw: unknown) => T;
  indexes?: StoreIndexes<T>;
  mayBeAbsent?: boolean;
}) => Informer<T>;

/** The indexes of every kind that may run an entity. */
export const workloadIndexes: StoreIndexes<WorkloadObject> = {
  /** The uid of what controls it. */
  owner: ownerOf,
  /** Every label as `key=value`. */
  label: ({ link }) => (link === undefined ? none : pairs(link.labels)),
  /** The entity that it names, `ns/name`. */
  names: ({ link }) => (link?.names === undefined ? none : [link.names]),
  /** Every label of its pods, with its namespace. */
  podLabel: (object) =>
    object.link === undefined ? none : pairs(object.link.podLabels).map((pair) => inNamespaceOf(object, pair)),
  /** The claims that its pods mount; of those with an ordinal, `data-db-*`. */
  claim: (object) =>
    object.link === undefined
      ? none
      : [...object.link.claims, ...(object.link.claimPrefixes ?? none).map((prefix) => `${prefix}-*`)].map((name) =>
          inNamespaceOf(object, name),
        ),
  namespace: (object) => (object.link === undefined ? none : [object.metadata.namespace ?? '']),
};

const none: readonly string[] = Object.freeze([]);

/**
 * Makes every informer that linking and health read, with the transforms and indexes that they need.
 *
 * @param options.kinds - kinds of the configuration
 * @param options.isClusterWide - false where only some namespaces are watched
 */
export function createWorkloadInformers(options: {
  inform: Inform;
  kinds?: readonly WorkloadKindSetting[];
  isClusterWide: boolean;
}): WorkloadInformers {
  const { inform, kinds = [], isClusterWide } = options;
  const supporting = <T extends KubernetesObject>(kind: HealthKind, indexes: StoreIndexes<T>): Informer<T> =>
    inform({
      resource: resourceOf(kind),
      transform: (raw) => kind.trim(raw) as unknown as T,
      indexes,
      mayBeAbsent: kind.group === gatewayGroup,
    });
  const primary = (kind: HealthKind): Informer<WorkloadObject> =>
    inform({
      resource: resourceOf(kind),
      transform: (raw) => kind.trim(raw) as unknown as WorkloadObject,
      indexes: workloadIndexes,
    });
  const configured = (kind: WorkloadKindSetting): HealthKind => {
    const found = healthKind(kind);
    return { ...found, ...kind, trim: withLink((raw) => found.trim(raw), { kind: kind.kind, templateOf }) };
  };
  const pods = inform<WorkloadObject>({
    resource: resourceOf(known('Pod')),
    transform: createPodTransform(),
    indexes: workloadIndexes,
  });
  const routeKinds = healthKinds.filter(({ group, kind }) => group === gatewayGroup && kind.endsWith('Route'));
  return {
    primaries: new Map([
      ...[...builtInPrimaries].map((kind) => [kind, kind === 'Pod' ? pods : primary(known(kind))] as const),
      ...kinds.map((kind) => [kindId(kind), primary(configured(kind))] as const),
    ]),
    services: supporting<TrimmedService>(known('Service'), {
      selects: (service) => {
        const [pair] = pairs(service.selector).sort();
        return pair === undefined ? none : [inNamespaceOf(service, pair)];
      },
    }),
    endpointSlices: inform({
      resource: { ...named('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices'), namespaced: true },
      transform: trimEndpointSlice,
      indexes: { service: (slice) => [inNamespaceOf(slice, slice.service)] },
    }),
    ingresses: supporting<TrimmedIngress>(known('Ingress'), { service: leadsTo }),
    routes: new Map(routeKinds.map((kind) => [kind.kind, supporting<TrimmedRoute>(kind, { service: leadsTo })])),
    autoscalers: supporting<TrimmedAutoscaler>(known('HorizontalPodAutoscaler'), {
      target: (object) => [inNamespaceOf(object, `${kindIdOfOwner(object.target)}/${object.target.name}`)],
    }),
    claims: supporting<TrimmedPersistentVolumeClaim>(known('PersistentVolumeClaim'), {
      owner: ownerOf,
      prefix: (claim) => {
        const prefix = claimPrefix(claim.metadata.name);
        return prefix === undefined ? none : [inNamespaceOf(claim, prefix)];
      },
      class: ({ storageClass = '' }) => (storageClass === '' ? none : [storageClass]),
    }),
    budgets: supporting<TrimmedDisruptionBudget>(known('PodDisruptionBudget'), {
      selects: (budget) => {
        const { selector } = budget;
        if (selector === undefined) return none;
        const first = selector.find((each) => each.operator === 'in');
        const terms = first?.operator === 'in' ? first.values.map((value) => `${first.key}=${value}`) : ['*'];
        return terms.map((term) => inNamespaceOf(budget, term));
      },
    }),
    storageClasses: isClusterWide
      ? inform({
          resource: { ...named('storage.k8s.io', 'v1', 'StorageClass', 'storageclasses'), namespaced: false },
          transform: trimStorageClass,
        })
      : undefined,
    namespaces: isClusterWide
      ? inform({
          resource: { ...named('', 'v1', 'Namespace', 'namespaces'), namespaced: false },
          transform: trimNamespace,
          indexes: { letsIn: ({ allowsLinksFrom }: TrimmedNamespace) => allowsLinksFrom },
        })
      : undefined,
  };
}

/** The transform of the operator's pods. Those that another object controls keep no link and no kind, there are so many. */
export function createPodTransform(): (raw: unknown) => WorkloadObject {
  const trim = podTrimmer(createInterner({ size: sharedParts }));
  return withLink(trim, { kind: 'Pod', templateOf: (pod) => pod });
}

/** Every informer once, with the id of its kind: what is listed, watched, and told of as a source. */
export function informersByKind(informers: WorkloadInformers): ReadonlyMap<string, Informer<KubernetesObject>> {
  const { primaries, routes, storageClasses, namespaces } = informers;
  const { services, endpointSlices, ingresses, autoscalers, claims, budgets } = informers;
  return new Map<string, Informer<KubernetesObject>>([
    ...primaries,
    ...[services, endpointSlices, ingresses, autoscalers, claims, budgets].map(
      (each) => [each.resource.kind, each as Informer<KubernetesObject>] as const,
    ),
    ...routes,
    ...[storageClasses, namespaces].flatMap((each) =>
      each === undefined ? [] : [[each.resource.kind, each as Informer<KubernetesObject>] as const],
    ),
  ]);
}

/** `data-db` of `data-db-3`: what the claims of a StatefulSet have in common. */
export function claimPrefix(name: string): string | undefined {
  return /^(.+)-\d+$/.exec(name)?.[1];
}

/** A key of an index that is looked up within one namespace. */
export function inNamespaceOf(object: KubernetesObject, value: string): string {
  return `${object.metadata.namespace ?? ''}/${value}`;
}

export function pairs(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`);
}

/** Owners and well containers that pods have in common, per generation. */
const sharedParts = 1_024;
const gatewayGroup = 'gateway.networking.k8s.io';

function ownerOf({ metadata }: KubernetesObject): readonly string[] {
  const uid = metadata.ownerReferences?.[0]?.uid;
  return uid === undefined ? none : [uid];
}

function leadsTo(object: TrimmedIngress | TrimmedRoute): readonly string[] {
  return object.backends.map((name) => inNamespaceOf(object, name));
}

function known(kind: string): HealthKind {
  const found = healthKinds.find((each) => each.kind === kind);
  if (found === undefined) throw new TypeError(`no rule for ${kind}`);
  return found;
}

function resourceOf({ group, version, plural, kind }: WorkloadKindSetting): ResourceType {
  return { ...named(group, version, kind, plural), namespaced: true };
}

function named(group: string, version: string, kind: string, plural: string): WorkloadKindSetting {
  return { group, version, plural, kind };
}
