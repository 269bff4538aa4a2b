import { lowPriority, type Change, type Informer, type KubernetesObject } from '@portolan/runtime';
import type { EntityKey, EntityStores } from '../entities/entity-stores.ts';
import { keyOf, type TrimmedEntity } from '../entities/trimmed-entity.ts';
import { linkingKinds, type Linker } from './links.ts';
import { isScaledToZero } from './rule-context.ts';
import { createSupporters, type Supporter } from './supporters.ts';
import type { TrimmedReplicaSet } from './trim.ts';
import type { WorkloadInformers, WorkloadObject } from './workload-informers.ts';
import type { Primary, WorkloadStores } from './workload-stores.ts';

/**
 * Enqueues the entities that a change of a workload, of what is below or beside it, or of a Namespace concerns: those
 * linked now and, because a change may end a link, those linked before. A change that no rule reads enqueues nobody.
 * What is part of a first listing comes with low priority.
 */
export function watchWorkloads(options: {
  informers: WorkloadInformers;
  workloads: WorkloadStores;
  entities: EntityStores;
  linker: Linker;
  enqueue: (target: EntityKey, options: { priority?: number }) => void;
}): void {
  const { informers, workloads, entities, linker } = options;
  const supporters = createSupporters(workloads);

  /**
   * The entities that link a primary. When one comes or goes, also those that only name it: another entity comes first
   * there, and still it is missing to them or not.
   */
  const entitiesOf = (primary: Primary, change: Change<KubernetesObject>): readonly TrimmedEntity[] => {
    const before =
      change.type === 'added' ? false : existsAs(change.type === 'updated' ? change.previous : change.object);
    const after = change.type === 'deleted' ? false : existsAs(change.object);
    return before === after ? (linker.entitiesOf(primary)?.entities ?? []) : linker.reachersOf(primary);
  };
  const existsAs = (object: KubernetesObject): boolean => workloads.isPrimary(object as WorkloadObject);

  /** Follows the changes of one kind; `concerned` answers for an object as it is and as it was. */
  const follow = <T extends KubernetesObject>(
    informer: Informer<T> | undefined,
    concerned: (object: T, change: Change<T>) => Iterable<Primary>,
    isRead: (previous: T, next: T) => boolean = differs,
  ): void => {
    informer?.store.subscribe((change) => {
      if (change.type === 'updated' && !isRead(change.previous, change.object)) return;
      const priority = change.initial ? { priority: lowPriority } : {};
      const versions = change.type === 'updated' ? [change.object, change.previous] : [change.object];
      // Many objects lead to few primaries, and those to fewer entities.
      const primaries = new Set(versions.flatMap((version) => [...concerned(version, change)]));
      const concernedEntities = new Map<string, TrimmedEntity>();
      for (const primary of primaries) {
        for (const entity of entitiesOf(primary, change)) concernedEntities.set(entity.metadata.uid, entity);
      }
      for (const entity of concernedEntities.values()) enqueueEntity(entity, priority);
    });
  };
  const enqueueEntity = (entity: TrimmedEntity, priority: { priority?: number } = {}): void => {
    options.enqueue({ kind: entity.kind, key: keyOf(entity) }, priority);
  };

  const concernedBySupporter = (object: Supporter): readonly Primary[] => supporters.primariesOf(object);
  const concernedByPrimary = (object: WorkloadObject, change: Change<WorkloadObject>): readonly Primary[] => {
    const above = workloads.primariesAbove(object);
    if (!workloads.isPrimary(object) || !movesServices(workloads, change)) return above;
    // A Service that leads to several is judged by whether all of them are scaled to zero.
    return [...above, ...supporters.servicesOf(object).flatMap((each) => supporters.behindService(each))];
  };
  for (const informer of informers.primaries.values()) {
    follow(informer, concernedByPrimary, filters.get(informer.resource.kind));
  }
  follow(informers.services, (service) => [
    ...supporters.behindService(service),
    ...supporters.entrancesOf(service).flatMap(concernedBySupporter),
  ]);
  follow(
    informers.endpointSlices,
    (slice) => {
      const service = supporters.serviceOf(slice);
      return service === undefined ? [] : supporters.behindService(service);
    },
    (previous, next) =>
      previous.service !== next.service ||
      previous.ready > 0 !== next.ready > 0 ||
      (next.ready === 0 && previous.total !== next.total),
  );
  for (const informer of [
    informers.ingresses,
    ...informers.routes.values(),
    informers.autoscalers,
    informers.claims,
    informers.budgets,
  ]) {
    follow<Supporter>(informer as unknown as Informer<Supporter>, concernedBySupporter);
  }
  follow(informers.storageClasses, (storageClass) =>
    supporters.claimsOfClass(storageClass).flatMap(concernedBySupporter),
  );

  // Consent changes rarely, and concerns those who have it or had it, and those who come before or behind them there.
  // Namespaces without any come and go all the time.
  informers.namespaces?.store.subscribe((change) => {
    const now = change.object.allowsLinksFrom;
    const before = change.type === 'updated' ? change.previous.allowsLinksFrom : [];
    const moved = new Set([...now, ...before].filter((each) => !now.includes(each) || !before.includes(each)));
    if (moved.size === 0) return;
    const priority = { priority: lowPriority };
    for (const kind of linkingKinds) {
      for (const each of entities.store(kind).list()) {
        if (moved.has('*') || moved.has(each.metadata.namespace)) enqueueEntity(each, priority);
      }
    }
    if (moved.has('*')) return;
    for (const store of workloads.all()) {
      for (const workload of store.byIndex('namespace', change.object.metadata.name)) {
        if (!workloads.isPrimary(workload)) continue;
        for (const each of linker.reachersOf(workload)) enqueueEntity(each, priority);
      }
    }
  });

  // A change of an entity may give a workload to those that come behind it, or take it from them.
  for (const kind of linkingKinds) {
    entities.store(kind).subscribe((change) => {
      const versions = change.type === 'updated' ? [change.previous] : [];
      if (change.type === 'updated' && sameLinks(change.previous, change.object)) return;
      const priority = change.initial ? { priority: lowPriority } : {};
      for (const entity of [change.object, ...versions]) {
        for (const primary of linker.reachOf(entity)) {
          for (const other of linker.reachersOf(primary)) enqueueEntity(other, priority);
        }
      }
    });
  }
}

/** Whether anything changed that was kept; every write of an object moves its resourceVersion. */
function differs(previous: KubernetesObject, next: KubernetesObject): boolean {
  const text = ({ metadata, ...rest }: KubernetesObject): string =>
    JSON.stringify({ ...rest, ...metadata, resourceVersion: '' });
  return text(previous) !== text(next);
}

/** Nearly every write of a pod says something of it. */
const filters: ReadonlyMap<string, (previous: WorkloadObject, next: WorkloadObject) => boolean> = new Map([
  ['Pod', () => true],
  ['ReplicaSet', replicaSetDiffers],
]);

/** Its counts are its Deployment's to tell, while there is one; a new one can reveal pods that arrived before it. */
function replicaSetDiffers(previous: WorkloadObject, next: WorkloadObject): boolean {
  if (previous.link !== undefined || next.link !== undefined) return differs(previous, next);
  return partOf(previous as TrimmedReplicaSet) !== partOf(next as TrimmedReplicaSet);
}

function partOf({ metadata, conditions }: TrimmedReplicaSet): string {
  const failures = conditions.filter(({ type }) => type === 'ReplicaFailure');
  return JSON.stringify([metadata.ownerReferences, metadata.deletionTimestamp, failures]);
}

function movesServices(workloads: WorkloadStores, change: Change<WorkloadObject>): boolean {
  if (change.type !== 'updated') return true;
  const { previous, object } = change;
  if (!workloads.isPrimary(previous) || !workloads.isPrimary(object)) return true;
  return (
    isScaledToZero(previous) !== isScaledToZero(object) ||
    JSON.stringify(previous.link.podLabels) !== JSON.stringify(object.link.podLabels)
  );
}

/** Whether two versions of an entity ask for the same workloads; status writes of our own come through here. */
function sameLinks(before: TrimmedEntity, after: TrimmedEntity): boolean {
  const asks = ({ workloads, metadata }: TrimmedEntity): string =>
    JSON.stringify([workloads, metadata.annotations, metadata.deletionTimestamp]);
  return asks(before) === asks(after);
}
