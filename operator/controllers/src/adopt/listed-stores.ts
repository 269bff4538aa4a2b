import { kinds, type EntityKind } from '@portolan/crds';
import {
  createStore,
  type Informer,
  type KubernetesObject,
  type StoreIndexes,
  type WritableStore,
} from '@portolan/runtime';
import { createEntityStores, entityIndexes, type EntityStores } from '../entities/entity-stores.ts';
import type { TrimmedEntity } from '../entities/trimmed-entity.ts';
import { createLinker, linkIndexes, linkingKinds, type Linker } from '../workloads/links.ts';
import {
  workloadKinds,
  type TrimmedNamespace,
  type TrimmedPod,
  type TrimmedReplicaSet,
  type TrimmedWorkload,
} from '../workloads/trim.ts';
import { createWorkloadStores, ownerIndexes, workloadIndexes } from '../workloads/workload-stores.ts';

/** What was listed once, with the operator's own linker over it. Nothing is watched. */
export interface ListedStores {
  entities: EntityStores;
  linker: Linker;
}

/** Fills the stores that linking reads. Kinds of which nothing is given count as listed and empty. */
export function createListedStores(objects: {
  entities: readonly TrimmedEntity[];
  workloads: readonly TrimmedWorkload[];
  namespaces: readonly TrimmedNamespace[];
}): ListedStores {
  const entityStores = new Map(
    kinds.map(({ kind }): [EntityKind, WritableStore<TrimmedEntity>] => {
      const links = (linkingKinds as readonly string[]).includes(kind) ? linkIndexes : {};
      return [kind, createStore<TrimmedEntity>({ indexes: { ...entityIndexes, ...links } })];
    }),
  );
  const workloadStores = new Map(
    workloadKinds.map((kind) => [kind, createStore<TrimmedWorkload>({ indexes: workloadIndexes })] as const),
  );
  for (const entity of objects.entities) entityStores.get(entity.kind)?.put(entity);
  for (const workload of objects.workloads) workloadStores.get(workload.kind)?.put(workload);
  const namespaces = filled<TrimmedNamespace>({}, objects.namespaces);

  const entities = createEntityStores(new Map([...entityStores].map(([kind, store]) => [kind, listed(kind, store)])));
  const workloads = createWorkloadStores({
    workloads: new Map([...workloadStores].map(([kind, store]) => [kind, listed(kind, store)])),
    replicaSets: listed('ReplicaSet', filled<TrimmedReplicaSet>(ownerIndexes, [])),
    pods: listed('Pod', filled<TrimmedPod>(ownerIndexes, [])),
    namespaces: listed('Namespace', namespaces),
  });
  return { entities, linker: createLinker(entities, workloads) };
}

function filled<T extends KubernetesObject>(indexes: StoreIndexes<T>, objects: readonly T[]): WritableStore<T> {
  const store = createStore<T>({ indexes });
  for (const object of objects) store.put(object);
  return store;
}

/** A store as the informer that has listed it and stopped there. */
function listed<T extends KubernetesObject>(kind: string, store: WritableStore<T>): Informer<T> {
  return {
    resource: { group: '', version: 'v1', plural: kind.toLowerCase(), kind, namespaced: kind !== 'Namespace' },
    store,
    synced: Promise.resolve(),
    isSynced: () => true,
    status: () => [],
    run: () => Promise.resolve(),
  };
}
