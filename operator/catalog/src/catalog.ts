import { createNamespaceMapping } from '@portolan/crds';
import { joinBytes, unpooled } from './entities/entity-bytes.ts';
import { EntityStore, type StoreListener } from './entities/entity-store.ts';
import type { StoredEntity } from './entities/stored-entity.ts';
import { CatalogError } from './errors.ts';
import type { Catalog, CatalogChange, CatalogEntity, CatalogOptions, EntityId, Visibility } from './model.ts';
import { QueryEngine } from './query/query-engine.ts';
import type { ShownRelation } from './relations/relation-graph.ts';
import { Subscribers } from './subscriptions/subscribers.ts';

/** From this share of the catalog on it is cheaper to sort anew than to move single entities. */
const bulkShare = 1 / 8;
const bulkMinimum = 64;

/**
 * Creates the read model: entities in Backstage's shape with their relations both ways, and the queries of Backstage's
 * catalog over them. Pure and synchronous: nothing happens but in a call.
 */
export function createCatalog(options: CatalogOptions = {}): Catalog {
  const { namespaces = createNamespaceMapping({}), listenerFailed = () => undefined } = options;
  const subscribers = new Subscribers({ listenerFailed });
  const engine = new QueryEngine({
    names: {
      idOf: (ref) => store.byRef(ref)?.id,
      refOf: (id) => store.get(id)?.ref ?? '',
      uidOf: (id) => store.get(id)?.uid ?? '',
      idOfUid: (uid) => store.idOfUid(uid),
    },
    listener: { touched: (ref) => subscribers.touch(ref), isListening: () => subscribers.isAnyone },
    preparedAtOnce: options.preparedAtOnce ?? 4_096,
  });
  const { graph, rollups } = engine;
  const store = new EntityStore({
    namespaces,
    listener: createStoreListener({
      engine,
      byRef: (ref) => store.byRef(ref),
      touched: (ref) => subscribers.touch(ref),
    }),
  });
  let revision = 0;

  /** @returns whether anything changed */
  const applyOne = (change: CatalogChange): boolean => {
    const uid = change.type === 'upsert' ? change.resource.metadata.uid : change.uid;
    const refOf = (): string | undefined => store.get(store.idOfUid(uid) ?? -1)?.ref;
    const before = subscribers.isAnyone ? refOf() : undefined;
    if (!store.apply(change)) {
      return false;
    }
    // Not only what serves its ref: another claimant is answered by its uid.
    for (const ref of subscribers.isAnyone ? [before, refOf()] : []) {
      if (ref !== undefined) {
        subscribers.touch(ref);
      }
    }
    return true;
  };

  const held = (id: EntityId, visible: Visibility | undefined): StoredEntity => {
    const entity = store.get(id);
    if (entity === undefined || visible?.has(id) === false) {
      throw new CatalogError('CATALOG_UNKNOWN_ENTITY', `no entity has the id ${id}`);
    }
    return entity;
  };
  /** A claimant that does not serve its ref shows what it declares; what others say is about the one that does. */
  const relationsOf = (entity: StoredEntity): ShownRelation[] =>
    store.isServed(entity) ? graph.relations(entity.id) : graph.ownRelations(entity.declarations);
  const relationBytes = (entity: StoredEntity, visible: Visibility | undefined): Buffer => {
    if (visible === undefined) {
      entity.relations ??= formatRelations(relationsOf(entity));
      return entity.relations;
    }
    return formatRelations(
      relationsOf(entity).filter(({ targetRef, isOwn }) => isOwn || isSeen(store.byRef(targetRef), visible)),
    );
  };
  const bytes = (id: EntityId, visible?: Visibility): Buffer => {
    const entity = held(id, visible);
    return joinBytes(entity.body, relationBytes(entity, visible), rollups.seenBy(visible).bytes(id));
  };

  return {
    apply: (changes) => {
      const batch = Array.from(changes);
      if (batch.length > Math.max(bulkMinimum, store.size * bulkShare)) {
        engine.forgetOrders();
      }
      let isChanged = false;
      for (const change of batch) {
        isChanged = applyOne(change) || isChanged;
      }
      rollups.settle();
      if (isChanged) {
        revision++;
        subscribers.publish(revision);
      }
    },
    subscribe: (listener) => subscribers.subscribe(listener),
    get revision() {
      return revision;
    },
    get size() {
      return store.size;
    },
    byRef: (ref, visible) => seenId(store.byRef(ref)?.id, visible),
    byUid: (uid, visible) => seenId(store.idOfUid(uid), visible),
    query: (query) => engine.query(query),
    facets: (facets) => engine.facets(facets),
    prepare: (questions) => engine.prepare(questions),
    bytes,
    entity: (id, visible) => JSON.parse(bytes(id, visible).toString()) as CatalogEntity,
    refOf: (id) => held(id, undefined).ref,
  };
}

/** Carries what happens to an entity on to everything that is kept about it, and about those that it names. */
function createStoreListener(options: {
  engine: QueryEngine;
  byRef: (ref: string) => StoredEntity | undefined;
  /** The relations of the entity that serves this ref may be others. */
  touched: (ref: string) => void;
}): StoreListener {
  const { engine, byRef, touched } = options;
  const { graph, rollups } = engine;
  /** What the targets show of an entity's declarations has changed. */
  const touchTargets = ({ declarations }: StoredEntity): void => {
    for (const { target } of declarations) {
      const entity = byRef(target);
      if (entity !== undefined) {
        entity.relations = undefined;
        engine.relationsChanged(entity.id);
        touched(target);
      }
    }
  };
  return {
    appeared: ({ stored, entity }) => {
      graph.add(stored.id, stored.declarations);
      rollups.appeared(stored, entity);
      stored.relations = undefined;
      engine.insert(stored.id, entity);
      touchTargets(stored);
    },
    changed: ({ stored, entity }, before) => {
      if (isSameDeclarations(before, stored)) {
        stored.relations = before.relations;
        rollups.changed(stored, entity, undefined);
        engine.replace(stored.id, entity);
        return;
      }
      graph.remove(stored.id);
      graph.add(stored.id, stored.declarations);
      rollups.changed(stored, entity, before);
      engine.replace(stored.id, entity);
      touchTargets(before);
      touchTargets(stored);
    },
    disappeared: (stored) => {
      engine.remove(stored.id);
      rollups.disappeared(stored);
      graph.remove(stored.id);
      stored.relations = undefined;
      touchTargets(stored);
    },
  };
}

function seenId(id: EntityId | undefined, visible: Visibility | undefined): EntityId | undefined {
  return id === undefined || visible?.has(id) === false ? undefined : id;
}

function isSeen(entity: StoredEntity | undefined, visible: Visibility): boolean {
  return entity !== undefined && visible.has(entity.id);
}

function isSameDeclarations(a: StoredEntity, b: StoredEntity): boolean {
  return (
    a.declarations.length === b.declarations.length &&
    a.declarations.every(({ relation, target }, at) => {
      const other = b.declarations[at];
      return other?.relation === relation && other.target === target;
    })
  );
}

function formatRelations(relations: readonly ShownRelation[]): Buffer {
  return unpooled(
    relations.map(({ type, targetRef }) => `{"type":"${type}","targetRef":${JSON.stringify(targetRef)}}`).join(','),
  );
}
