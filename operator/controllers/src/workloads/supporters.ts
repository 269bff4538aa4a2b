import type { KubernetesObject, Store } from '@portolan/runtime';
import { kindIdOf, kindIdOfOwner } from './kind-id.ts';
import { matchesSelector } from './label-selector.ts';
import type { TrimmedEndpointSlice, TrimmedIngress, TrimmedRoute, TrimmedService } from './trim-network.ts';
import type {
  TrimmedAutoscaler,
  TrimmedDisruptionBudget,
  TrimmedPersistentVolumeClaim,
  TrimmedStorageClass,
} from './trim-support.ts';
import { claimPrefix, inNamespaceOf, pairs, type WorkloadObject } from './workload-informers.ts';
import type { Primary, WorkloadStores } from './workload-stores.ts';

/** An object that serves what runs an entity. */
export type Supporter =
  | TrimmedService
  | TrimmedIngress
  | TrimmedRoute
  | TrimmedAutoscaler
  | TrimmedPersistentVolumeClaim
  | TrimmedDisruptionBudget;

/** Answers what supports what, both ways, from indexes and always within one namespace. */
export interface Supporters {
  supportersOf(primary: Primary): readonly Supporter[];
  /** What an object supports now, whether it is stored or only was. */
  primariesOf(object: Supporter): readonly Primary[];
  /** What a Service leads to. */
  behindService(service: TrimmedService): readonly Primary[];
  /** The Services that lead to an object, stored or not. */
  servicesOf(primary: Primary): readonly TrimmedService[];
  /** Ingresses and routes that lead to a Service of this name. */
  entrancesOf(service: KubernetesObject): readonly (TrimmedIngress | TrimmedRoute)[];
  slicesOf(service: TrimmedService): readonly TrimmedEndpointSlice[];
  serviceOf(slice: TrimmedEndpointSlice): TrimmedService | undefined;
  claimsOfClass(storageClass: TrimmedStorageClass): readonly TrimmedPersistentVolumeClaim[];
}

/** Creates them over the stores. */
export function createSupporters(workloads: WorkloadStores): Supporters {
  const { services, endpointSlices, ingresses, routes, autoscalers, claims, budgets, primaries } = workloads.informers;
  const entrances: readonly Store<TrimmedIngress | TrimmedRoute>[] = [
    ingresses.store,
    ...[...routes.values()].map(({ store }) => store),
  ];
  const primariesBy = (index: string, key: string): Primary[] =>
    workloads.all().flatMap((store) => store.byIndex(index, key).filter((each) => workloads.isPrimary(each)));

  const servicesOf: Supporters['servicesOf'] = (primary) => {
    const { podLabels } = primary.link;
    return pairs(podLabels)
      .flatMap((pair) => services.store.byIndex('selects', inNamespaceOf(primary, pair)))
      .filter(({ selector }) => isSelected(selector, podLabels));
  };
  const behindService: Supporters['behindService'] = (service) => {
    const [pair] = pairs(service.selector);
    if (pair === undefined) return [];
    return primariesBy('podLabel', inNamespaceOf(service, pair)).filter(({ link }) =>
      isSelected(service.selector, link.podLabels),
    );
  };
  const entrancesOf: Supporters['entrancesOf'] = (service) => {
    const key = inNamespaceOf(service, service.metadata.name);
    return entrances.flatMap((store) => store.byIndex('service', key));
  };
  const budgetsOf = (primary: Primary): TrimmedDisruptionBudget[] => {
    const { podLabels } = primary.link;
    const found = [...pairs(podLabels), '*'].flatMap((term) =>
      budgets.store.byIndex('selects', inNamespaceOf(primary, term)),
    );
    return found.filter(({ selector }) => selector !== undefined && matchesSelector(selector, podLabels));
  };
  const claimsOf = (primary: Primary): TrimmedPersistentVolumeClaim[] => {
    const { claims: named, claimPrefixes = [], firstOrdinal = 0 } = primary.link;
    const desired = 'desired' in primary ? primary.desired : 0;
    const numbered = claimPrefixes
      .flatMap((prefix) => claims.store.byIndex('prefix', inNamespaceOf(primary, prefix)))
      .filter(({ metadata }) => {
        const ordinal = Number(/\d+$/.exec(metadata.name)?.[0] ?? -1);
        // What a larger StatefulSet has left behind serves nobody now.
        return ordinal >= firstOrdinal && ordinal < firstOrdinal + desired;
      });
    const pods = workloads.podsOf(primary) as readonly WorkloadObject[];
    const mounted = [named, ...pods.map((pod) => pod.link?.claims ?? [])]
      .flat()
      .flatMap((name) => claims.store.get(inNamespaceOf(primary, name)) ?? []);
    // A claim that a pod makes for itself belongs to that pod.
    const ephemeral = pods
      .flatMap(({ metadata }) => claims.store.byIndex('owner', metadata.uid ?? ''))
      .filter(({ metadata }) => metadata.namespace === primary.metadata.namespace);
    return [...numbered, ...mounted, ...ephemeral];
  };
  const mountersOf = (claim: TrimmedPersistentVolumeClaim): Primary[] => {
    const prefix = claimPrefix(claim.metadata.name);
    const names = [claim.metadata.name, ...(prefix === undefined ? [] : [`${prefix}-*`])];
    const pod = claim.metadata.ownerReferences?.[0];
    const owner = pod?.kind === 'Pod' ? primaries.get('Pod')?.store.get(inNamespaceOf(claim, pod.name)) : undefined;
    // A pod of a configured kind mounts what no template tells.
    const mounters = names.flatMap((name) =>
      workloads.all().flatMap((store) => store.byIndex('claim', inNamespaceOf(claim, name))),
    );
    return [...mounters, ...(owner === undefined ? [] : [owner])].flatMap((each) => workloads.primariesAbove(each));
  };

  return {
    servicesOf,
    behindService,
    entrancesOf,
    supportersOf: (primary) => {
      const own = servicesOf(primary);
      const found: Supporter[] = [
        ...own,
        ...own.flatMap(entrancesOf),
        ...autoscalers.store.byIndex('target', inNamespaceOf(primary, `${kindIdOf(primary)}/${primary.metadata.name}`)),
        ...claimsOf(primary),
        ...budgetsOf(primary),
      ];
      return [...new Set(found)];
    },
    primariesOf: (object) => {
      switch (object.kind) {
        case 'Service':
          return behindService(object as TrimmedService);
        case 'HorizontalPodAutoscaler': {
          const { target } = object as TrimmedAutoscaler;
          const found = workloads.get(kindIdOfOwner(target), inNamespaceOf(object, target.name));
          return found === undefined ? [] : [found];
        }
        case 'PersistentVolumeClaim':
          return mountersOf(object as TrimmedPersistentVolumeClaim);
        case 'PodDisruptionBudget': {
          const { selector } = object as TrimmedDisruptionBudget;
          if (selector === undefined) return [];
          const first = selector.find((each) => each.operator === 'in');
          const candidates =
            first?.operator === 'in'
              ? first.values.flatMap((value) => primariesBy('podLabel', inNamespaceOf(object, `${first.key}=${value}`)))
              : primariesBy('namespace', object.metadata.namespace ?? '');
          return candidates.filter(({ link }) => matchesSelector(selector, link.podLabels));
        }
        default:
          return (object as TrimmedIngress | TrimmedRoute).backends.flatMap((name) => {
            const service = services.store.get(inNamespaceOf(object, name));
            return service === undefined ? [] : behindService(service);
          });
      }
    },
    slicesOf: (service) => endpointSlices.store.byIndex('service', inNamespaceOf(service, service.metadata.name)),
    serviceOf: (slice) => services.store.get(inNamespaceOf(slice, slice.service)),
    claimsOfClass: ({ metadata }) => claims.store.byIndex('class', metadata.name),
  };
}

/** A Service without a selector leads to what somebody wrote into EndpointSlices: to nothing that can be told. */
function isSelected(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}
