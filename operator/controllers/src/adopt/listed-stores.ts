import { kinds, type EntityKind } from '@portolan/crds';
import {
  createStore,
  type Informer,
  type KubernetesObject,
  type ResourceType,
  type StoreIndexes,
  type WritableStore,
} from '@portolan/runtime';
import { createEntityStores, entityIndexes, type EntityStores } from '../entities/entity-stores.ts';
import type { TrimmedEntity } from '../entities/trimmed-entity.ts';
import { createLinker, linkIndexes, linkingKinds, type Linker } from '../workloads/links.ts';
import type { TrimmedNamespace } from '../workloads/trim.ts';
import { createWorkloadInformers } from '../workloads/workload-informers.ts';
import { createWorkloadStores } from '../workloads/workload-stores.ts';
import type { LinkedWorkload } from './candidate.ts';

/** What was listed once, with the operator's own linker over it. Nothing is watched. */
export interface ListedStores {
  entities: EntityStores;
  linker: Linker;
}

/** Fills the stores that linking reads. Kinds of which nothing is given count as listed and empty. */
export function createListedStores(objects: {
  entities: readonly TrimmedEntity[];
  workloads: readonly LinkedWorkload[];
  namespaces: readonly TrimmedNamespace[];
}): ListedStores {
  const entityStores = new Map(
    kinds.map(({ kind }): [EntityKind, WritableStore<TrimmedEntity>] => {
      const links = (linkingKinds as readonly string[]).includes(kind) ? linkIndexes : {};
      return [kind, createStore<TrimmedEntity>({ indexes: { ...entityIndexes, ...links } })];
    }),
  );
  for (const entity of objects.entities) entityStores.get(entity.kind)?.put(entity);
  const entities = createEntityStores(new Map([...entityStores].map(([kind, store]) => [kind, listed(kind, store)])));

  const fillers = new Map<string, (object: KubernetesObject) => void>();
  const workloads = createWorkloadStores(
    createWorkloadInformers({
      inform: <T extends KubernetesObject>({
        resource,
        indexes = {},
      }: {
        resource: ResourceType;
        indexes?: StoreIndexes<T>;
      }) => {
        const store = createStore<T>({ indexes });
        fillers.set(resource.kind, (object) => store.put(object as T));
        return listed(resource.kind, store);
      },
      isClusterWide: true,
    }),
  );
  for (const workload of objects.workloads) fillers.get(workload.kind)?.(workload);
  for (const namespace of objects.namespaces) fillers.get('Namespace')?.(namespace);
  return { entities, linker: createLinker(entities, workloads) };
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
