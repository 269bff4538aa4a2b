import type { Declaration } from '../entities/projection.ts';
import type { EntityId, Visibility } from '../model.ts';
import type { RelationEnds, RelationGraph } from '../relations/relation-graph.ts';
import type { PartHealth } from './part-health.ts';

/** Kinds with a roll-up, as refs begin. */
const rolledUp = ['system:', 'domain:', 'group:', 'user:'];
const owners = ['group:', 'user:'];
const group = 'group:';

/** Whether the entity with this canonical ref has a roll-up. */
export function hasRollup(ref: string): boolean {
  return rolledUp.some((kind) => ref.startsWith(kind));
}

export function isGroup(ref: string): boolean {
  return ref.startsWith(group);
}

interface PartsOptions {
  graph: RelationGraph;
  ends: RelationEnds;
  health: PartHealth;
}

/** Called with each part once; `isDirect`: without a child group between. */
type VisitPart = (id: EntityId, isDirect: boolean) => void;

/**
 * What belongs to what. The parts of a System or Domain are all Components and Resources that are part of it, however
 * deep; those of a Group are what it and its child groups own, those of a User what it owns. Read from the relation
 * graph each time: a container holds no list of its parts that could become wrong or large.
 */
export class Parts {
  readonly #graph: RelationGraph;
  readonly #ends: RelationEnds;
  readonly #health: PartHealth;
  /** The number of the walk that came by last, by id: each entity once, and cycles end. */
  #visits = new Uint32Array(1_024);
  #walk = 0;

  constructor({ graph, ends, health }: PartsOptions) {
    this.#graph = graph;
    this.#ends = ends;
    this.#health = health;
  }

  /** Calls back with the parts that a caller sees by way of what the caller sees. */
  forEachPart(container: EntityId, visible: Visibility | undefined, visit: VisitPart): void {
    this.#beginWalk();
    this.#isFirstVisit(container);
    const ref = this.#ends.refOf(container);
    if (owners.some((kind) => ref.startsWith(kind))) {
      this.#walkOwned(container, visible, visit);
    } else {
      this.#walkParts(container, visible, visit);
    }
  }

  #walkParts(container: EntityId, visible: Visibility | undefined, visit: VisitPart): void {
    const partsOf = this.#graph.declarers('partOf');
    const waiting = [container];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      for (const part of partsOf.get(this.#ends.refOf(id)) ?? []) {
        if (this.#isFirstVisit(part) && visible?.has(part) !== false) {
          waiting.push(part);
          if (this.#health.isPart(part)) {
            visit(part, true);
          }
        }
      }
    }
  }

  #walkOwned(owner: EntityId, visible: Visibility | undefined, visit: VisitPart): void {
    const ownedBy = this.#graph.declarers('ownedBy');
    const waiting = [owner];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const ref = this.#ends.refOf(id);
      for (const part of ownedBy.get(ref) ?? []) {
        if (this.#health.isPart(part) && this.#isFirstVisit(part) && visible?.has(part) !== false) {
          visit(part, id === owner);
        }
      }
      for (const child of isGroup(ref) ? this.#childGroups(id, ref) : []) {
        if (this.#isFirstVisit(child) && visible?.has(child) !== false) {
          waiting.push(child);
        }
      }
    }
  }

  /** Those that name it as parent, and those that it names as children. */
  *#childGroups(id: EntityId, ref: string): Generator<EntityId> {
    yield* this.#graph.declarers('childOf').get(ref) ?? [];
    for (const { relation, target } of this.#graph.declarations(id)) {
      const child = relation === 'parentOf' && isGroup(target) ? this.#ends.idOf(target) : undefined;
      if (child !== undefined) {
        yield child;
      }
    }
  }

  /** The refs of what an entity belongs to directly by its own word, be it a part or a container. */
  *containersOf(id: EntityId, declarations: readonly Declaration[]): Generator<string> {
    for (const { relation, target } of declarations) {
      if (relation === 'partOf' || relation === 'childOf' || (relation === 'ownedBy' && this.#health.isPart(id))) {
        yield target;
      }
    }
  }

  /** The refs of what a container belongs to directly. */
  *containersAround(ref: string): Generator<string> {
    const id = this.#ends.idOf(ref);
    for (const { relation, target } of id === undefined ? [] : this.#graph.declarations(id)) {
      if (relation === 'partOf' || relation === 'childOf') {
        yield target;
      }
    }
    for (const parent of this.#graph.declarers('parentOf').get(ref) ?? []) {
      yield this.#ends.refOf(parent);
    }
  }

  #beginWalk(): void {
    this.#walk = (this.#walk + 1) >>> 0;
    if (this.#walk === 0) {
      this.#visits.fill(0);
      this.#walk = 1;
    }
  }

  #isFirstVisit(id: EntityId): boolean {
    if (id >= this.#visits.length) {
      const grown = new Uint32Array(Math.max(id + 1, this.#visits.length * 2));
      grown.set(this.#visits);
      this.#visits = grown;
    }
    if (this.#visits[id] === this.#walk) {
      return false;
    }
    this.#visits[id] = this.#walk;
    return true;
  }
}
