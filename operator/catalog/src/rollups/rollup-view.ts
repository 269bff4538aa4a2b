import type { Verdict } from '@portolan/crds';
import { unpooled } from '../entities/entity-bytes.ts';
import type { EntityId, Rollup, Visibility } from '../model.ts';
import type { PartHealth } from './part-health.ts';
import { isGroup, isOwner, type Parts } from './parts.ts';
import { Tally } from './tally.ts';
import { WorstParts } from './worst-parts.ts';

interface RollupViewOptions {
  parts: Parts;
  health: PartHealth;
  refOf: (id: EntityId) => string;
  isContainer: (id: EntityId) => boolean;
  visible: Visibility | undefined;
}

/**
 * Roll-ups as one caller sees them. Keeps what it has counted: that of the caller who sees everything lives on and is
 * told what became void, that of another lives as long as its question. No part has two owners, so that the sum of a
 * Group is that of what each of its groups owns: a Group of all teams is not counted part by part for each change.
 */
export class RollupView {
  readonly #options: RollupViewOptions;
  readonly #tallies = new Map<EntityId, Tally>();
  readonly #bytes = new Map<EntityId, Buffer>();
  /** What each owner owns itself. */
  readonly #ownTallies = new Map<EntityId, Tally>();
  readonly #ownWorst = new Map<EntityId, WorstParts>();

  constructor(options: RollupViewOptions) {
    this.#options = options;
  }

  /** The verdict of a container; undefined for what has no roll-up, and without health. */
  verdict(id: EntityId): Verdict | undefined {
    return this.#options.isContainer(id) ? this.#tally(id).verdict : undefined;
  }

  /** The JSON of a container's roll-up; undefined for what has none. */
  bytes(id: EntityId): Buffer | undefined {
    if (!this.#options.isContainer(id)) {
      return undefined;
    }
    return getOrAdd(this.#bytes, id, () => unpooled(JSON.stringify(this.#rollup(id))));
  }

  /** Whether nothing is known that could become void. */
  get isEmpty(): boolean {
    return this.#tallies.size === 0 && this.#ownTallies.size === 0 && this.#ownWorst.size === 0;
  }

  /** What lies below a container may have changed. */
  forget(id: EntityId): void {
    this.#tallies.delete(id);
    this.#bytes.delete(id);
  }

  /** What an owner owns itself may have changed. */
  forgetOwn(id: EntityId): void {
    this.#ownTallies.delete(id);
    this.#ownWorst.delete(id);
  }

  #rollup(id: EntityId): Rollup {
    const { verdict, ...counts } = this.#tally(id).counts();
    const worst = this.#worst(id).list();
    return {
      ...(verdict !== undefined && { verdict }),
      reason: worst.worst[0]?.reason ?? reasonWithoutTrouble(verdict, counts.total),
      ...counts,
      ...worst,
      ...(isGroup(this.#options.refOf(id)) && { direct: this.#ownTally(id).counts() }),
    };
  }

  #tally(id: EntityId): Tally {
    return getOrAdd(this.#tallies, id, () => {
      const { parts, health, visible } = this.#options;
      const ref = this.#options.refOf(id);
      if (isOwner(ref) && !isGroup(ref)) {
        return this.#ownTally(id);
      }
      const tally = new Tally();
      if (isGroup(ref)) {
        parts.forEachGroup(id, visible, (group) => tally.addAll(this.#ownTally(group)));
      } else {
        parts.forEachPart(id, visible, (part) => tally.add(part, health));
      }
      return tally;
    });
  }

  #worst(id: EntityId): WorstParts {
    const { parts, visible } = this.#options;
    const ref = this.#options.refOf(id);
    if (isOwner(ref) && !isGroup(ref)) {
      return this.#ownWorstParts(id);
    }
    const worst = new WorstParts(this.#options);
    if (isGroup(ref)) {
      parts.forEachGroup(id, visible, (group) => worst.addAll(this.#ownWorstParts(group)));
    } else {
      parts.forEachPart(id, visible, (part) => worst.add(part));
    }
    return worst;
  }

  #ownTally(id: EntityId): Tally {
    return getOrAdd(this.#ownTallies, id, () => {
      const { parts, health, visible } = this.#options;
      const tally = new Tally();
      parts.forEachOwned(id, visible, (part) => tally.add(part, health));
      return tally;
    });
  }

  #ownWorstParts(id: EntityId): WorstParts {
    return getOrAdd(this.#ownWorst, id, () => {
      const { parts, visible } = this.#options;
      const worst = new WorstParts(this.#options);
      parts.forEachOwned(id, visible, (part) => worst.add(part));
      return worst;
    });
  }
}

/** One word where no part is in trouble. */
function reasonWithoutTrouble(verdict: Verdict | undefined, total: number): string {
  if (verdict === undefined) {
    return total === 0 ? 'NoParts' : 'NoPartHasHealth';
  }
  return verdict === 'Suspended' ? 'PartsSuspended' : 'PartsHealthy';
}

function getOrAdd<T>(map: Map<EntityId, T>, id: EntityId, create: () => T): T {
  const known = map.get(id);
  if (known !== undefined) {
    return known;
  }
  const created = create();
  map.set(id, created);
  return created;
}
