import type { Informer, Store } from '@portolan/runtime';
import {
  workloadKinds,
  type TrimmedNamespace,
  type TrimmedPod,
  type TrimmedReplicaSet,
  type TrimmedWorkload,
  type WorkloadKind,
} from './trim.ts';

/** The indexes that a workload informer must be built with. */
export const workloadIndexes = {
  /** Every label as `key=value`. */
  label: (workload: TrimmedWorkload) =>
    Object.entries(workload.metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`),
  /** The entity that the workload names, `ns/name`. */
  names: (workload: TrimmedWorkload) => (workload.names === undefined ? [] : [workload.names]),
};

/** The index that pod and ReplicaSet informers must be built with: the uid of the controlling owner. */
export const ownerIndexes = {
  owner: (object: TrimmedPod | TrimmedReplicaSet) => object.metadata.ownerReferences?.map((each) => each.uid) ?? [],
};

/**
 * What is known of a kind: `synced` has been listed; `refused` will not be for now (forbidden, or not served);
 * `pending` is on its way.
 */
export type SourceState = 'synced' | 'refused' | 'pending';

/** The informers that linking and health read. */
export interface WorkloadInformers {
  workloads: ReadonlyMap<WorkloadKind, Informer<TrimmedWorkload>>;
  replicaSets: Informer<TrimmedReplicaSet>;
  pods: Informer<TrimmedPod>;
  /** Absent when only some namespaces are watched: Namespaces are cluster-scoped, and Roles cannot grant them. */
  namespaces: Informer<TrimmedNamespace> | undefined;
}

/** The workload stores seen as one. Reads only. */
export interface WorkloadStores {
  store(kind: WorkloadKind): Store<TrimmedWorkload>;
  all(): readonly Store<TrimmedWorkload>[];
  state(kind: WorkloadKind): SourceState;
  /** False while any kind that matters is still being listed for the first time. */
  isSettled(): boolean;
  /** The pods that a workload controls, through its ReplicaSets where there are any; those being deleted are left out. */
  podsOf(workload: TrimmedWorkload): readonly TrimmedPod[];
  /** The workload that controls a pod or a ReplicaSet. */
  controllerOf(object: TrimmedPod | TrimmedReplicaSet): TrimmedWorkload | undefined;
  /** Whether a namespace lets entities of another one link its workloads. */
  allowsLinks(options: { workloadNamespace: string; entityNamespace: string }): boolean;
}

/** Joins the informers (built with {@link workloadIndexes} and {@link ownerIndexes}) into {@link WorkloadStores}. */
export function createWorkloadStores(informers: WorkloadInformers): WorkloadStores {
  const { workloads, replicaSets, pods, namespaces } = informers;
  const informerOf = (kind: WorkloadKind): Informer<TrimmedWorkload> => {
    const informer = workloads.get(kind);
    if (informer === undefined) throw new TypeError(`no informer for kind ${kind}`);
    return informer;
  };
  const isKind = (kind: string): kind is WorkloadKind => (workloadKinds as readonly string[]).includes(kind);
  const controllerOf = (object: TrimmedPod | TrimmedReplicaSet): TrimmedWorkload | undefined => {
    const owner = object.metadata.ownerReferences?.[0];
    if (owner === undefined) return undefined;
    const key = `${object.metadata.namespace ?? ''}/${owner.name}`;
    if (owner.kind === 'ReplicaSet') {
      const replicaSet = replicaSets.store.get(key);
      // A ReplicaSet of a ReplicaSet does not exist, but hostile owner references do.
      if (replicaSet === undefined || replicaSet.metadata.ownerReferences?.[0]?.kind === 'ReplicaSet') return undefined;
      return controllerOf(replicaSet);
    }
    const workload = isKind(owner.kind) ? informerOf(owner.kind).store.get(key) : undefined;
    return workload?.metadata.uid === owner.uid ? workload : undefined;
  };
  const living = (uid: string): TrimmedPod[] =>
    pods.store.byIndex('owner', uid).filter((pod) => pod.metadata.deletionTimestamp === undefined);
  return {
    store: (kind) => informerOf(kind).store,
    all: () => workloadKinds.map((kind) => informerOf(kind).store),
    state: (kind) => stateOf(informerOf(kind)),
    isSettled: () =>
      [...workloads.values(), replicaSets, pods, ...(namespaces === undefined ? [] : [namespaces])].every(
        (informer) => stateOf(informer) !== 'pending',
      ),
    podsOf: (workload) => {
      const uid = workload.metadata.uid ?? '';
      if (workload.kind !== 'Deployment') return living(uid);
      return replicaSets.store.byIndex('owner', uid).flatMap((each) => living(each.metadata.uid ?? ''));
    },
    controllerOf,
    allowsLinks: ({ workloadNamespace, entityNamespace }) => {
      const allowed = namespaces?.store.get(`/${workloadNamespace}`) ?? namespaces?.store.get(workloadNamespace);
      return allowed?.allowsLinksFrom.some((each) => each === '*' || each === entityNamespace) ?? false;
    },
  };
}

function stateOf(informer: Pick<Informer<TrimmedPod>, 'status' | 'isSynced'>): SourceState {
  if (informer.isSynced()) return 'synced';
  const refused = informer
    .status()
    .every((source) => source.synced || source.reason === 'Forbidden' || source.reason === 'NotInstalled');
  return refused ? 'refused' : 'pending';
}
