import type { NamespaceMapping } from '@portolan/crds';
import type { CatalogChange, EntityId } from '../model.ts';
import { Claims } from './claims.ts';
import { isSameBytes } from './entity-bytes.ts';
import { parseBody, restate, takeIn, type StoredEntity, type TakenIn } from './stored-entity.ts';

/** Told of what queries see, in an order in which every step is complete. */
export interface StoreListener {
  /** The entity now serves its ref. */
  appeared(entity: TakenIn): void;
  /** The entity that serves the ref has new content. */
  changed(entity: TakenIn, before: StoredEntity): void;
  /** The entity no longer serves its ref. */
  disappeared(entity: StoredEntity): void;
}

/** All entities by id, uid and ref, and which of several claimants serves a ref. */
export class EntityStore {
  readonly #namespaces: NamespaceMapping;
  readonly #listener: StoreListener;
  readonly #byId: (StoredEntity | undefined)[] = [];
  readonly #idByUid = new Map<string, EntityId>();
  readonly #claims = new Claims<StoredEntity>();
  readonly #freeIds: EntityId[] = [];

  constructor(options: { namespaces: NamespaceMapping; listener: StoreListener }) {
    this.#namespaces = options.namespaces;
    this.#listener = options.listener;
  }

  get size(): number {
    return this.#idByUid.size;
  }

  get(id: EntityId): StoredEntity | undefined {
    return this.#byId[id];
  }

  idOfUid(uid: string): EntityId | undefined {
    return this.#idByUid.get(uid);
  }

  byRef(ref: string): StoredEntity | undefined {
    return this.#claims.prevailing(ref);
  }

  /** Whether queries see the entity: it serves its ref. */
  isServed(entity: StoredEntity): boolean {
    return this.#claims.prevailing(entity.ref)?.id === entity.id;
  }

  /** @returns whether anything changed */
  apply(change: CatalogChange): boolean {
    const before = this.#byUid(change.type === 'upsert' ? change.resource.metadata.uid : change.uid);
    switch (change.type) {
      case 'delete':
        if (before !== undefined) {
          this.#delete(before);
        }
        return before !== undefined;
      case 'restate':
        return before !== undefined && this.#replace(restate(before, change.status), before);
      case 'upsert': {
        const taken = takeIn(before?.id ?? this.#nextId(), change.resource, this.#namespaces);
        if (before !== undefined) {
          return this.#replace(taken, before);
        }
        this.#insert(taken);
        return true;
      }
    }
  }

  #byUid(uid: string): StoredEntity | undefined {
    const id = this.#idByUid.get(uid);
    return id === undefined ? undefined : this.#byId[id];
  }

  #nextId(): EntityId {
    return this.#freeIds.pop() ?? this.#byId.length;
  }

  #replace(taken: TakenIn, before: StoredEntity): boolean {
    const { stored } = taken;
    const sameClaim =
      stored.ref === before.ref && stored.claim.metadata.creationTimestamp === before.claim.metadata.creationTimestamp;
    if (sameClaim && isSameBytes(stored.body, before.body)) {
      return false;
    }
    if (!sameClaim) {
      this.#delete(before);
      this.#insert({ ...taken, stored: { ...stored, id: this.#nextId() } });
      return true;
    }
    const isServed = this.isServed(before);
    this.#byId[stored.id] = stored;
    this.#claims.replace(before, stored);
    if (isServed) {
      this.#listener.changed(taken, before);
    }
    return true;
  }

  #insert(taken: TakenIn): void {
    const { stored } = taken;
    const before = this.byRef(stored.ref);
    if (before !== undefined && this.#claims.wouldLose(stored)) {
      this.#keep(stored);
      return;
    }
    if (before !== undefined) {
      this.#listener.disappeared(before);
    }
    this.#keep(stored);
    this.#listener.appeared(taken);
  }

  #keep(stored: StoredEntity): void {
    this.#byId[stored.id] = stored;
    this.#idByUid.set(stored.uid, stored.id);
    this.#claims.add(stored);
  }

  #delete(entity: StoredEntity): void {
    const isServed = this.isServed(entity);
    if (isServed) {
      this.#listener.disappeared(entity);
    }
    this.#claims.delete(entity);
    this.#idByUid.delete(entity.uid);
    this.#byId[entity.id] = undefined;
    this.#freeIds.push(entity.id);
    const next = isServed ? this.byRef(entity.ref) : undefined;
    if (next !== undefined) {
      this.#listener.appeared({ stored: next, entity: parseBody(next) });
    }
  }
}
