import type { Declaration } from '../entities/projection.ts';
import type { CatalogEntity, EntityId, Visibility } from '../model.ts';
import { Bitset } from '../query/bitset.ts';
import type { RelationEnds, RelationGraph } from '../relations/relation-graph.ts';
import { PartHealth } from './part-health.ts';
import { hasRollup, Parts } from './parts.ts';
import { RollupView } from './rollup-view.ts';

/** The key under which queries see the verdict of a roll-up, lower-cased. */
export const rollupKey = 'status.portolan.rollup.verdict';

interface RollupsOptions {
  graph: RelationGraph;
  ends: RelationEnds;
  /** A roll-up may have changed. */
  touched: (container: { id: EntityId; ref: string }) => void;
  /** Whether anybody hears of what is touched. */
  isHeard: () => boolean;
}

interface Place {
  readonly id: EntityId;
  readonly ref: string;
  readonly declarations: readonly Declaration[];
}

/**
 * The health of Systems, Domains, Groups and Users from their parts. Nothing is counted while changes arrive; a change
 * makes what was known of the containers around it void, and the next question counts anew.
 */
export class Rollups {
  /** Entities with a roll-up. */
  readonly containers = new Bitset();
  readonly #health = new PartHealth();
  readonly #parts: Parts;
  readonly #ends: RelationEnds;
  readonly #touched: RollupsOptions['touched'];
  readonly #isHeard: RollupsOptions['isHeard'];
  readonly #whole: RollupView;
  /** Refs whose own roll-up, and with it those around them, may have changed since the last {@link settle}. */
  readonly #unsettled = new Set<string>();

  constructor({ graph, ends, touched, isHeard }: RollupsOptions) {
    this.#parts = new Parts({ graph, ends, health: this.#health });
    this.#ends = ends;
    this.#touched = touched;
    this.#isHeard = isHeard;
    this.#whole = this.#viewOf(undefined);
  }

  appeared(place: Place, entity: Pick<CatalogEntity, 'kind' | 'status'>): void {
    this.#health.set(place.id, entity);
    this.#parts.appeared(place);
    if (hasRollup(place.ref)) {
      this.containers.add(place.id);
    }
    this.#unsettle(place);
  }

  /** @param before as it was; undefined when it declares what it declared */
  changed(place: Place, entity: Pick<CatalogEntity, 'kind' | 'status'>, before: Place | undefined): void {
    const isOther = this.#health.set(place.id, entity);
    if (before !== undefined) {
      this.#parts.appeared(place);
      this.#unsettle(before);
    }
    if (isOther || before !== undefined) {
      this.#unsettle(place);
    }
  }

  disappeared(place: Place): void {
    this.#unsettle(place);
    this.#parts.disappeared(place.id);
    this.#health.delete(place.id);
    this.#forget(place.id);
    this.containers.delete(place.id);
  }

  /** To be called when a change is complete, before anybody asks. */
  settle(): void {
    let direct = this.#unsettled.size;
    // What is added while the loop runs is visited, too: everything around what changed, each once.
    for (const ref of this.#unsettled) {
      for (const around of this.#parts.containersAround(ref)) {
        this.#unsettled.add(around);
      }
      const id = this.#ends.idOf(ref);
      if (id !== undefined && this.containers.has(id)) {
        this.#whole.forget(id);
        if (direct > 0) {
          this.#whole.forgetOwn(id);
        }
        this.#touched({ id, ref });
      }
      direct--;
    }
    this.#unsettled.clear();
  }

  /** Roll-ups as a caller sees them, until the next change. */
  seenBy(visible: Visibility | undefined): RollupView {
    return visible === undefined ? this.#whole : this.#viewOf(visible);
  }

  #viewOf(visible: Visibility | undefined): RollupView {
    return new RollupView({
      parts: this.#parts,
      health: this.#health,
      refOf: (id) => this.#ends.refOf(id),
      isContainer: (id) => this.containers.has(id),
      visible,
    });
  }

  #forget(id: EntityId): void {
    this.#whole.forget(id);
    this.#whole.forgetOwn(id);
  }

  /** While nothing is known and nobody listens there is nothing to make void: a first sync costs nothing here. */
  #unsettle({ id, ref, declarations }: Place): void {
    if (this.#whole.isEmpty && !this.#isHeard()) {
      return;
    }
    if (hasRollup(ref)) {
      this.#unsettled.add(ref);
    }
    for (const container of this.#parts.containersOf(id, declarations)) {
      this.#unsettled.add(container);
    }
  }
}
