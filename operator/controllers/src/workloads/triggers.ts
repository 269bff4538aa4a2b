import type { EntityKey, EntityStores } from '../entities/entity-stores.ts';
import { keyOf, type TrimmedEntity } from '../entities/trimmed-entity.ts';
import { linkingKinds, type Linker } from './links.ts';
import type { TrimmedPod, TrimmedReplicaSet, TrimmedWorkload } from './trim.ts';
import type { WorkloadInformers, WorkloadStores } from './workload-stores.ts';

/**
 * Enqueues the entities that a change of a workload, a pod or a Namespace concerns: those linked now and, because a
 * change may end a link, those linked before.
 */
export function watchWorkloads(options: {
  informers: WorkloadInformers;
  workloads: WorkloadStores;
  entities: EntityStores;
  linker: Linker;
  enqueue: (target: EntityKey) => void;
}): void {
  const { informers, workloads, entities, linker, enqueue } = options;
  const enqueueEntity = (entity: TrimmedEntity): void => {
    enqueue({ kind: entity.kind, key: keyOf(entity) });
  };
  const enqueueLinked = (workload: TrimmedWorkload | undefined): void => {
    if (workload !== undefined) linker.entitiesOf(workload)?.entities.forEach(enqueueEntity);
  };

  for (const informer of informers.workloads.values()) {
    informer.store.subscribe((change) => {
      enqueueLinked(change.object);
      if (change.type !== 'deleted' && change.previous !== undefined) enqueueLinked(change.previous);
    });
  }
  const followOwner = (object: TrimmedPod | TrimmedReplicaSet): void => {
    enqueueLinked(workloads.controllerOf(object));
  };
  informers.pods.store.subscribe((change) => {
    followOwner(change.object);
  });
  informers.replicaSets.store.subscribe((change) => {
    // Only a new one can reveal pods that arrived before it; its own counts are not read.
    if (change.type === 'added') followOwner(change.object);
  });
  // A Namespace changes its consent rarely; every entity with links may be concerned.
  informers.namespaces?.store.subscribe((change) => {
    const before = change.type === 'updated' ? change.previous?.allowsLinksFrom : undefined;
    if (change.type === 'updated' && before?.join() === change.object.allowsLinksFrom.join()) return;
    if (change.type === 'added' && change.object.allowsLinksFrom.length === 0) return;
    for (const kind of linkingKinds) for (const entity of entities.store(kind).list()) enqueueEntity(entity);
  });

  // A change of an entity may give or take a workload that it shares with others.
  for (const kind of linkingKinds) {
    entities.store(kind).subscribe((change) => {
      const versions = change.type === 'updated' && change.previous !== undefined ? [change.previous] : [];
      if (change.type === 'updated' && sameLinks(versions[0], change.object)) return;
      for (const entity of [change.object, ...versions]) {
        linker.reachOf(entity).forEach(enqueueLinked);
      }
    });
  }
}

/** Whether two versions of an entity ask for the same workloads; status writes of our own come through here. */
function sameLinks(before: TrimmedEntity | undefined, after: TrimmedEntity): boolean {
  return (
    before !== undefined &&
    JSON.stringify([before.workloads, before.metadata.annotations]) ===
      JSON.stringify([after.workloads, after.metadata.annotations])
  );
}
