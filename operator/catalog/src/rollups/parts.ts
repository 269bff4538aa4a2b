import type { Declaration } from '../entities/projection.ts';
import type { EntityId, Visibility } from '../model.ts';
import { Bitset } from '../query/bitset.ts';
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

/** Whether its parts are what it owns. */
export function isOwner(ref: string): boolean {
  return owners.some((kind) => ref.startsWith(kind));
}

interface PartsOptions {
  graph: RelationGraph;
  ends: RelationEnds;
  health: PartHealth;
}

type Visit = (id: EntityId) => void;

/**
 * What belongs to what. The parts of a System or Domain are all Components and Resources that are part of it, however
 * deep; those of a Group are what it and its child groups own, those of a User what it owns. Read from the relation
 * graph each time: a container holds no list of its parts that could become wrong or large. Walks stop at what a caller
 * does not see.
 */
export class Parts {
  readonly #graph: RelationGraph;
  readonly #ends: RelationEnds;
  readonly #health: PartHealth;
  /** Entities that others are part of, or once were: most have no parts, and need not be looked up. */
  readonly #mayHaveParts = new Bitset();
  /** The number of the walk that came by last, by id: each entity once, and cycles end. */
  #visits = new Uint32Array(1_024);
  #walk = 0;

  constructor({ graph, ends, health }: PartsOptions) {
    this.#graph = graph;
    this.#ends = ends;
    this.#health = health;
  }

  /** An entity came, or declares other relations; the graph has them. */
  appeared({ id, ref, declarations }: { id: EntityId; ref: string; declarations: readonly Declaration[] }): void {
    if (this.#graph.declarers('partOf').has(ref)) {
      this.#mayHaveParts.add(id);
    }
    for (const { relation, target } of declarations) {
      const whole = relation === 'partOf' ? this.#ends.idOf(target) : undefined;
      if (whole !== undefined) {
        this.#mayHaveParts.add(whole);
      }
    }
  }

  disappeared(id: EntityId): void {
    this.#mayHaveParts.delete(id);
  }

  /** Calls back with all Components and Resources that are part of an entity, each once. */
  forEachPart(whole: EntityId, visible: Visibility | undefined, visit: Visit): void {
    this.#beginWalk(whole);
    const partsOf = this.#graph.declarers('partOf');
    const waiting = [whole];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      for (const part of partsOf.get(this.#ends.refOf(id)) ?? []) {
        if (this.#isFirstVisit(part) && visible?.has(part) !== false) {
          if (this.#mayHaveParts.has(part)) {
            waiting.push(part);
          }
          if (this.#health.isPart(part)) {
            visit(part);
          }
        }
      }
    }
  }

  /** Calls back with all Components and Resources that a Group or User owns itself, each once. */
  forEachOwned(owner: EntityId, visible: Visibility | undefined, visit: Visit): void {
    for (const part of this.#graph.declarers('ownedBy').get(this.#ends.refOf(owner)) ?? []) {
      if (this.#health.isPart(part) && visible?.has(part) !== false) {
        visit(part);
      }
    }
  }

  /** Calls back with a Group and all that are below it, each once. */
  forEachGroup(top: EntityId, visible: Visibility | undefined, visit: Visit): void {
    this.#beginWalk(top);
    const waiting = [top];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      visit(id);
      this.#forEachChildGroup(id, (child) => {
        if (this.#isFirstVisit(child) && visible?.has(child) !== false) {
          waiting.push(child);
        }
      });
    }
  }

  /** Those that name it as parent, and those that it names as children. */
  #forEachChildGroup(id: EntityId, visit: Visit): void {
    this.#graph.declarers('childOf').get(this.#ends.refOf(id))?.forEach(visit);
    if (this.#graph.declarers('parentOf').size === 0) {
      return;
    }
    for (const { relation, target } of this.#graph.declarations(id)) {
      const child = relation === 'parentOf' && isGroup(target) ? this.#ends.idOf(target) : undefined;
      if (child !== undefined) {
        visit(child);
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

  #beginWalk(start: EntityId): void {
    this.#walk = (this.#walk + 1) >>> 0;
    if (this.#walk === 0) {
      this.#visits.fill(0);
      this.#walk = 1;
    }
    this.#isFirstVisit(start);
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
