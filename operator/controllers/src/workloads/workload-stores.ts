import type { Informer, KubernetesObject, Store } from '@portolan/runtime';
import type { NamedWorkload } from '../entities/trimmed-entity.ts';
import { isBuiltIn, kindId, kindIdOf, kindIdOfOwner } from './kind-id.ts';
import { partKinds, type LinkFacts } from './trim-link.ts';
import type { TrimmedPod } from './trim.ts';
import { informersByKind, type WorkloadInformers, type WorkloadObject } from './workload-informers.ts';

/**
 * What is known of a kind: `synced` has been listed; `refused` may not be read; `absent` is not served; `failing` has
 * not been listed and something is wrong; `pending` is on its way.
 */
export type SourceState = 'synced' | 'refused' | 'absent' | 'failing' | 'pending';

/** An object that runs an entity: no part of another one, and told with its kind. */
export type Primary = WorkloadObject & { kind: string; link: LinkFacts };

/** The workload stores seen as one. Reads only. */
export interface WorkloadStores {
  readonly informers: WorkloadInformers;
  /** The stores of the kinds that may run an entity. */
  all(): readonly Store<WorkloadObject>[];
  /** The kind id that `spec.workloads` means; undefined where nobody watches such a kind. */
  kindOf(named: Pick<NamedWorkload, 'kind' | 'group'>): string | undefined;
  get(kindId: string, key: string): Primary | undefined;
  /** A kind by its id, everywhere or in one namespace; `refused` where nobody watches it. */
  state(kindId: string, namespace?: string): SourceState;
  /** False while any kind that matters is still being listed for the first time. */
  isSettled(): boolean;
  isPrimary(object: WorkloadObject): object is Primary;
  /** What runs an entity, from an object upwards: itself where it is no part, then whatever controls that. */
  primariesAbove(object: WorkloadObject): readonly Primary[];
  /**
   * The objects of a kind that an object controls. Only those of its own namespace: anybody may write any uid into an
   * object of theirs, and Kubernetes knows no owner across namespaces.
   */
  partsOf(object: KubernetesObject, kindId: string): WorkloadObject[];
  /** The pods that an object controls, through whatever is between; those being deleted are left out. */
  podsOf(object: WorkloadObject): readonly TrimmedPod[];
  /** Whether a namespace lets entities of another one link its workloads. */
  allowsLinks(options: { workloadNamespace: string; entityNamespace: string }): boolean;
  /** The namespaces that let entities of this one link their workloads. */
  namespacesLetting(entityNamespace: string): readonly string[];
}

/** Owner references may go in circles; nobody nests deeper. */
const deepest = 8;
/** Kinds that nothing is said without. Of the others each is known or not, for itself. */
const essential = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'ReplicaSet', 'Pod', 'Namespace'];

/** Joins the informers into {@link WorkloadStores}. */
export function createWorkloadStores(informers: WorkloadInformers): WorkloadStores {
  const { primaries, namespaces } = informers;
  const byKind = informersByKind(informers);
  const stores = [...primaries.values()].map(({ store }) => store);
  const anyStep = [...primaries.keys()].filter((kind) => kind !== 'Pod');
  let unsettled = [...byKind];

  const isPart = (object: WorkloadObject): boolean => {
    const owner = object.metadata.ownerReferences?.[0];
    return owner !== undefined && partKinds.has(kindIdOf(object)) && primaries.has(kindIdOfOwner(owner));
  };
  const isPrimary = (object: WorkloadObject): object is Primary => object.link !== undefined && !isPart(object);
  const controllerOf = ({ metadata }: WorkloadObject): WorkloadObject | undefined => {
    const owner = metadata.ownerReferences?.[0];
    if (owner === undefined) return undefined;
    const found = primaries.get(kindIdOfOwner(owner))?.store.get(`${metadata.namespace ?? ''}/${owner.name}`);
    return found?.metadata.uid === owner.uid ? found : undefined;
  };
  const allowsLinksFrom = (namespace: string): readonly string[] =>
    (namespaces?.store.get(namespace) ?? namespaces?.store.get(`/${namespace}`))?.allowsLinksFrom ?? [];
  const partsOf: WorkloadStores['partsOf'] = ({ metadata: { uid = '', namespace } }, kind) =>
    (primaries.get(kind)?.store.byIndex('owner', uid) ?? []).filter((each) => each.metadata.namespace === namespace);
  const livingPods = (object: WorkloadObject): TrimmedPod[] =>
    partsOf(object, 'Pod').filter((pod) => pod.metadata.deletionTimestamp === undefined) as unknown as TrimmedPod[];
  const podsBelow = (object: WorkloadObject, seen: Set<string>): TrimmedPod[] => {
    const uid = object.metadata.uid ?? '';
    if (uid === '' || seen.has(uid) || seen.size > 10_000) return [];
    seen.add(uid);
    const steps = stepsBelow.get(kindIdOf(object)) ?? anyStep;
    const between = steps.flatMap((kind) => partsOf(object, kind));
    return [...livingPods(object), ...between.flatMap((each) => podsBelow(each, seen))];
  };

  return {
    informers,
    all: () => stores,
    kindOf: ({ kind, group }) => {
      const id = group === undefined ? kind : kindId({ kind, group });
      if (primaries.has(id)) return id;
      if (group !== undefined || isBuiltIn(kind)) return undefined;
      return [...primaries.keys()].find((each) => each.startsWith(`${kind}.`));
    },
    get: (kind, key) => {
      const found = primaries.get(kind)?.store.get(key);
      return found !== undefined && isPrimary(found) ? found : undefined;
    },
    state: (kind, namespace) => {
      const informer = byKind.get(kind);
      return informer === undefined ? 'refused' : stateOf(informer, namespace);
    },
    isSettled: () => {
      unsettled = unsettled.filter(([, informer]) => !informer.isSynced());
      return unsettled.every(([kind, informer]) => {
        const state = stateOf(informer);
        return state !== 'pending' && (state !== 'failing' || !essential.includes(kind));
      });
    },
    isPrimary,
    primariesAbove: (object) => {
      const found: Primary[] = [];
      let at: WorkloadObject | undefined = object;
      for (let step = 0; at !== undefined && step < deepest; step += 1) {
        if (isPrimary(at)) found.push(at);
        at = controllerOf(at);
      }
      return found;
    },
    partsOf,
    podsOf: (object) => (kindIdOf(object) === 'Pod' ? [object as unknown as TrimmedPod] : podsBelow(object, new Set())),
    allowsLinks: ({ workloadNamespace, entityNamespace }) =>
      allowsLinksFrom(workloadNamespace).some((each) => each === '*' || each === entityNamespace),
    namespacesLetting: (entityNamespace) =>
      [entityNamespace, '*'].flatMap((each) =>
        (namespaces?.store.byIndex('letsIn', each) ?? []).map(({ metadata }) => metadata.name),
      ),
  };
}

/** What stands between a workload and its pods; of any other kind, whatever may. */
const stepsBelow: ReadonlyMap<string, readonly string[]> = new Map([
  ['Deployment', ['ReplicaSet']],
  ['CronJob', ['Job']],
  ['StatefulSet', []],
  ['DaemonSet', []],
  ['ReplicaSet', []],
  ['Job', []],
]);

function stateOf(informer: Pick<Informer<KubernetesObject>, 'status' | 'isSynced'>, namespace?: string): SourceState {
  if (informer.isSynced()) return 'synced';
  const sources = informer
    .status()
    .filter((each) => namespace === undefined || each.namespace === undefined || each.namespace === namespace);
  const open = sources.filter((each) => !each.synced);
  if (sources.length === 0) return 'refused';
  if (open.length === 0) return 'synced';
  if (open.every((each) => each.reason === 'NotInstalled')) return 'absent';
  if (open.every((each) => each.reason === 'NotInstalled' || each.reason === 'Forbidden')) return 'refused';
  return open.some((each) => each.reason === undefined) ? 'pending' : 'failing';
}
