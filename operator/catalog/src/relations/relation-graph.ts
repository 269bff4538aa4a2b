import type { Declaration } from '../entities/projection.ts';
import type { EntityId, Relation } from '../model.ts';
import { compareCodePoints } from '../query/code-points.ts';
import { addSorted, hasSorted, removeSorted } from '../query/sorted-ids.ts';

/** All declarations of one relation type: who declares it, by target ref. Targets need not exist. */
interface DeclaredType {
  reverse: string;
  /** Both names as callers ask for them. */
  lowerCased: { relation: string; reverse: string };
  declarers: Map<string, EntityId[]>;
}

/** A relation as its entity shows it. `isOwn`: the entity declares it itself; otherwise only its target does. */
export interface ShownRelation extends Relation {
  isOwn: boolean;
}

/** What the graph must know of entities. */
export interface RelationEnds {
  /** The entity that serves a ref. */
  idOf(ref: string): EntityId | undefined;
  refOf(id: EntityId): string;
}

const none: readonly never[] = [];
const nobody: ReadonlyMap<string, readonly EntityId[]> = new Map();

/**
 * Who declares what about whom, by ref both ways. Holds one id per declaration; what a target shows follows from it
 * when it is asked for, so that a target of 10,000 declarations costs nothing while they arrive.
 */
export class RelationGraph {
  readonly #ends: RelationEnds;
  readonly #types = new Map<string, DeclaredType>();
  readonly #declarations = new Map<EntityId, readonly Declaration[]>();

  constructor(ends: RelationEnds) {
    this.#ends = ends;
  }

  add(id: EntityId, declarations: readonly Declaration[]): void {
    if (declarations.length > 0) {
      this.#declarations.set(id, declarations);
    }
    for (const { relation, reverse, target } of declarations) {
      const type = getOrAdd(this.#types, relation, () => ({
        reverse,
        lowerCased: { relation: relation.toLowerCase(), reverse: reverse.toLowerCase() },
        declarers: new Map<string, EntityId[]>(),
      }));
      const declarers = type.declarers.get(target);
      if (declarers === undefined) {
        type.declarers.set(target, [id]);
      } else {
        addSorted(declarers, id);
      }
    }
  }

  remove(id: EntityId): void {
    for (const { relation, target } of this.declarations(id)) {
      const byTarget = this.#types.get(relation)?.declarers;
      const declarers = byTarget?.get(target);
      if (byTarget !== undefined && declarers !== undefined) {
        removeSorted(declarers, id);
        if (declarers.length === 0) {
          byTarget.delete(target);
        }
      }
    }
    this.#declarations.delete(id);
  }

  declarations(id: EntityId): readonly Declaration[] {
    return this.#declarations.get(id) ?? none;
  }

  /** The entities that declare relations of this type, by target ref; sorted by id. Valid until the next change. */
  declarers(type: string): ReadonlyMap<string, readonly EntityId[]> {
    return this.#types.get(type)?.declarers ?? nobody;
  }

  /** What an entity shows: what it declares and what others declare about it, each once, by type, then target. */
  relations(id: EntityId): ShownRelation[] {
    const shown: ShownRelation[] = [];
    this.forEachRelation(id, (relation) => shown.push(relation));
    return shown.sort(compareRelations);
  }

  /** What an entity shows of its own declarations, in the same order. */
  ownRelations(declarations: readonly Declaration[]): ShownRelation[] {
    return declarations.map(ownRelation).sort(compareRelations);
  }

  /** Calls back with each relation that an entity shows, or with those of one lower-cased type, in no order. */
  forEachRelation(id: EntityId, visit: (relation: ShownRelation) => void, lowerCasedType?: string): void {
    for (const declaration of this.declarations(id)) {
      if (
        lowerCasedType === undefined ||
        this.#types.get(declaration.relation)?.lowerCased.relation === lowerCasedType
      ) {
        visit(ownRelation(declaration));
      }
    }
    const ref = this.#ends.refOf(id);
    for (const { reverse, lowerCased, declarers } of this.#types.values()) {
      const isAsked = lowerCasedType === undefined || lowerCased.reverse === lowerCasedType;
      for (const declarer of (isAsked && declarers.get(ref)) || none) {
        const targetRef = this.#ends.refOf(declarer);
        if (!this.#declares(id, reverse, targetRef)) {
          visit({ type: reverse, targetRef, isOwn: false });
        }
      }
    }
  }

  /** The types of all relations, as written. */
  typesLike(lowerCased: string | undefined): Set<string> {
    const types = new Set<string>();
    for (const [relation, { reverse }] of this.#types) {
      for (const type of [relation, reverse]) {
        if (lowerCased === undefined || type.toLowerCase() === lowerCased) {
          types.add(type);
        }
      }
    }
    return types;
  }

  /**
   * Calls back for every target ref of a relation type with the entities that show it: `isOwn` tells declarers from
   * those that only the target declares. No entity comes twice for one target.
   */
  forEachTarget(type: string, visit: (target: string, ids: readonly EntityId[], isOwn: boolean) => void): void {
    for (const [target, declarers] of this.#types.get(type)?.declarers ?? none) {
      visit(target, declarers, true);
    }
    for (const { reverse, declarers } of this.#types.values()) {
      if (reverse === type) {
        for (const [ref, ids] of declarers) {
          const id = this.#ends.idOf(ref);
          if (id !== undefined) {
            this.#visitReverse({ id, ids, type }, visit);
          }
        }
      }
    }
  }

  #visitReverse(
    { id, ids, type }: { id: EntityId; ids: readonly EntityId[]; type: string },
    visit: (target: string, ids: readonly EntityId[], isOwn: boolean) => void,
  ): void {
    const one = [id];
    for (const declarer of ids) {
      const target = this.#ends.refOf(declarer);
      if (!this.#declares(id, type, target)) {
        visit(target, one, false);
      }
    }
  }

  /** The entities that show a relation of this type to this ref, in the same two parts. */
  holders(type: string, target: string): { own: readonly EntityId[]; reverse: readonly EntityId[] } {
    const own = this.#types.get(type)?.declarers.get(target) ?? none;
    const declarer = this.#ends.idOf(target);
    const reverse: EntityId[] = [];
    if (declarer !== undefined) {
      for (const declaration of this.declarations(declarer)) {
        const id = declaration.reverse === type ? this.#ends.idOf(declaration.target) : undefined;
        if (id !== undefined) {
          reverse.push(id);
        }
      }
    }
    return { own, reverse };
  }

  #declares(id: EntityId, type: string, target: string): boolean {
    const declarers = this.#types.get(type)?.declarers.get(target);
    return declarers !== undefined && hasSorted(declarers, id);
  }
}

function ownRelation({ relation, target }: Declaration): ShownRelation {
  return { type: relation, targetRef: target, isOwn: true };
}

function compareRelations(a: Relation, b: Relation): number {
  return compareCodePoints(a.type, b.type) || compareCodePoints(a.targetRef, b.targetRef);
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) {
    return known;
  }
  const created = create();
  map.set(key, created);
  return created;
}
