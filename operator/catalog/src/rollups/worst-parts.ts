import type { EntityId, Rollup } from '../model.ts';
import { compareCodePoints } from '../query/code-points.ts';
import { type PartHealth, troubles, worstFirst } from './part-health.ts';

/** Parts named in a roll-up at most. */
const maxWorst = 10;

interface Trouble {
  readonly id: EntityId;
  readonly rank: number;
  readonly ref: string;
}

interface WorstPartsOptions {
  health: PartHealth;
  refOf: (id: EntityId) => string;
}

/** Of the parts in trouble the worst ten, by rank, then ref, whatever the order in which they come. */
export class WorstParts {
  readonly #options: WorstPartsOptions;
  readonly #worst: Trouble[] = [];
  #count = 0;

  constructor(options: WorstPartsOptions) {
    this.#options = options;
  }

  add(id: EntityId): void {
    const rank = this.#options.health.rankOf(id);
    if (rank < 0 || rank >= troubles) {
      return;
    }
    this.#count++;
    const last = this.#worst[maxWorst - 1];
    if (last === undefined || rank <= last.rank) {
      this.#offer({ id, rank, ref: this.#options.refOf(id) });
    }
  }

  /** No part may be in both. */
  addAll(other: WorstParts): void {
    this.#count += other.#count;
    for (const trouble of other.#worst) {
      if (!this.#offer(trouble)) {
        return; // Those that follow are no worse.
      }
    }
  }

  list(): Pick<Rollup, 'worst' | 'more'> {
    const worst = this.#worst.map(({ id, rank, ref }) => ({
      ref,
      verdict: worstFirst[rank] ?? 'Unknown',
      reason: this.#options.health.reasonOf(id),
    }));
    const more = this.#count - worst.length;
    return { worst, ...(more > 0 && { more }) };
  }

  /** @returns whether it is among the worst */
  #offer(trouble: Trouble): boolean {
    let at = this.#worst.length;
    for (let before = this.#worst[at - 1]; before !== undefined && isWorse(trouble, before);) {
      at--;
      before = this.#worst[at - 1];
    }
    if (at >= maxWorst) {
      return false;
    }
    this.#worst.splice(at, 0, trouble);
    if (this.#worst.length > maxWorst) {
      this.#worst.pop();
    }
    return true;
  }
}

function isWorse(a: Trouble, b: Trouble): boolean {
  return (a.rank - b.rank || compareCodePoints(a.ref, b.ref)) < 0;
}
