import type { Verdict } from '@portolan/crds';
import { unpooled } from '../entities/entity-bytes.ts';
import type { Declaration } from '../entities/projection.ts';
import type { CatalogEntity, EntityId, HealthCounts, Rollup, Visibility } from '../model.ts';
import { Bitset } from '../query/bitset.ts';
import type { RelationEnds, RelationGraph } from '../relations/relation-graph.ts';
import { PartHealth, troubles, worstFirst } from './part-health.ts';
import { hasRollup, isGroup, Parts } from './parts.ts';
import { WorstParts } from './worst-parts.ts';

/** The key under which queries see the verdict of a roll-up, lower-cased. */
export const rollupKey = 'status.portolan.rollup.verdict';

/** What one who sees everything is shown; the bytes follow when they are asked for. */
interface Known {
  readonly rollup: Rollup;
  bytes: Buffer | undefined;
}

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
  readonly #known = new Map<EntityId, Known>();
  /** Refs whose own roll-up, and with it those around them, may have changed since the last {@link settle}. */
  readonly #unsettled = new Set<string>();

  constructor({ graph, ends, touched, isHeard }: RollupsOptions) {
    this.#parts = new Parts({ graph, ends, health: this.#health });
    this.#ends = ends;
    this.#touched = touched;
    this.#isHeard = isHeard;
  }

  appeared(place: Place, entity: Pick<CatalogEntity, 'kind' | 'status'>): void {
    this.#health.set(place.id, entity);
    if (hasRollup(place.ref)) {
      this.containers.add(place.id);
    }
    this.#unsettle(place);
  }

  /** @param before as it was; undefined when it declares what it declared */
  changed(place: Place, entity: Pick<CatalogEntity, 'kind' | 'status'>, before: Place | undefined): void {
    const isOther = this.#health.set(place.id, entity);
    if (before !== undefined) {
      this.#unsettle(before);
    }
    if (isOther || before !== undefined) {
      this.#unsettle(place);
    }
  }

  disappeared(place: Place): void {
    this.#unsettle(place);
    this.#health.delete(place.id);
    this.#known.delete(place.id);
    this.containers.delete(place.id);
  }

  /** To be called when a change is complete, before anybody asks. */
  settle(): void {
    // What is added while the loop runs is visited, too: everything around what changed, each once.
    for (const ref of this.#unsettled) {
      for (const around of this.#parts.containersAround(ref)) {
        this.#unsettled.add(around);
      }
      const id = this.#ends.idOf(ref);
      if (id !== undefined && this.containers.has(id)) {
        this.#known.delete(id);
        this.#touched({ id, ref });
      }
    }
    this.#unsettled.clear();
  }

  /** The verdict of a container as a caller sees it; undefined for what has no roll-up, and without health. */
  verdict(id: EntityId, visible?: Visibility): Verdict | undefined {
    if (!this.containers.has(id)) {
      return undefined;
    }
    return visible === undefined ? this.#whole(id).rollup.verdict : this.#count(id, visible).verdict;
  }

  /** The JSON of a container's roll-up; undefined for what has none. */
  bytes(id: EntityId, visible?: Visibility): Buffer | undefined {
    if (!this.containers.has(id)) {
      return undefined;
    }
    if (visible !== undefined) {
      return Buffer.from(JSON.stringify(this.#count(id, visible)));
    }
    const known = this.#whole(id);
    known.bytes ??= unpooled(JSON.stringify(known.rollup));
    return known.bytes;
  }

  #whole(id: EntityId): Known {
    let known = this.#known.get(id);
    if (known === undefined) {
      known = { rollup: this.#count(id, undefined), bytes: undefined };
      this.#known.set(id, known);
    }
    return known;
  }

  /** While nothing is known and nobody listens there is nothing to make void: a first sync costs nothing here. */
  #unsettle({ id, ref, declarations }: Place): void {
    if (this.#known.size === 0 && !this.#isHeard()) {
      return;
    }
    if (hasRollup(ref)) {
      this.#unsettled.add(ref);
    }
    for (const container of this.#parts.containersOf(id, declarations)) {
      this.#unsettled.add(container);
    }
  }

  #count(id: EntityId, visible: Visibility | undefined): Rollup {
    const all = new HealthTally();
    const direct = new HealthTally();
    const worst = new WorstParts({ refOf: (part) => this.#ends.refOf(part) });
    this.#parts.forEachPart(id, visible, (part, isDirect) => {
      const rank = this.#health.rankOf(part);
      all.add(rank);
      if (isDirect) {
        direct.add(rank);
      }
      if (rank >= 0 && rank < troubles) {
        worst.offer(part, rank);
      }
    });
    const worstParts = worst.ids.map((part) => this.#partOf(part));
    const more = worst.count - worstParts.length;
    const { verdict, ...counts } = all.counts();
    return {
      ...(verdict !== undefined && { verdict }),
      reason: worstParts[0]?.reason ?? reasonWithoutTrouble(all),
      ...counts,
      worst: worstParts,
      ...(more > 0 && { more }),
      ...(isGroup(this.#ends.refOf(id)) && { direct: direct.counts() }),
    };
  }

  #partOf(id: EntityId): Rollup['worst'][number] {
    return {
      ref: this.#ends.refOf(id),
      verdict: worstFirst[this.#health.rankOf(id)] ?? 'Unknown',
      reason: this.#health.reasonOf(id),
    };
  }
}

class HealthTally {
  /** By rank. */
  readonly #byVerdict = worstFirst.map(() => 0);
  #withoutHealth = 0;

  add(rank: number): void {
    if (rank < 0) {
      this.#withoutHealth++;
    } else {
      this.#byVerdict[rank] = (this.#byVerdict[rank] ?? 0) + 1;
    }
  }

  get verdict(): Verdict | undefined {
    return worstFirst[this.#byVerdict.findIndex((count) => count > 0)];
  }

  counts(): HealthCounts {
    const { verdict } = this;
    const byVerdict = this.#byVerdict;
    return {
      ...(verdict !== undefined && { verdict }),
      total: byVerdict.reduce((sum, count) => sum + count, this.#withoutHealth),
      counts: Object.fromEntries(worstFirst.map((each, rank) => [each, byVerdict[rank] ?? 0])) as Record<
        Verdict,
        number
      >,
      withoutHealth: this.#withoutHealth,
    };
  }
}

/** One word where no part is in trouble. */
function reasonWithoutTrouble(tally: HealthTally): string {
  const { verdict } = tally;
  if (verdict === undefined) {
    return tally.counts().total === 0 ? 'NoParts' : 'NoPartHasHealth';
  }
  return verdict === 'Suspended' ? 'PartsSuspended' : 'PartsHealthy';
}
