import type { EntityId } from '../model.ts';
import { compareCodePoints } from '../query/code-points.ts';

/** Parts named in a roll-up at most. */
const maxWorst = 10;

/** Of many parts in trouble the worst ten, by rank, then ref; whatever the order in which they come. */
export class WorstParts {
  readonly #refOf: (id: EntityId) => string;
  readonly #worst: { id: EntityId; rank: number; ref: string }[] = [];
  #count = 0;

  constructor(options: { refOf: (id: EntityId) => string }) {
    this.#refOf = options.refOf;
  }

  /** How many were offered. */
  get count(): number {
    return this.#count;
  }

  /** In order. */
  get ids(): readonly EntityId[] {
    return this.#worst.map(({ id }) => id);
  }

  /** @param rank the lower, the worse */
  offer(id: EntityId, rank: number): void {
    this.#count++;
    const last = this.#worst.at(-1);
    const isFull = this.#worst.length === maxWorst;
    if (isFull && last !== undefined && rank > last.rank) {
      return;
    }
    const part = { id, rank, ref: this.#refOf(id) };
    let at = this.#worst.length;
    for (let before = this.#worst[at - 1]; before !== undefined && isWorse(part, before);) {
      at--;
      before = this.#worst[at - 1];
    }
    if (at < maxWorst) {
      this.#worst.splice(at, 0, part);
      this.#worst.length = Math.min(this.#worst.length, maxWorst);
    }
  }
}

function isWorse(a: { rank: number; ref: string }, b: { rank: number; ref: string }): boolean {
  return (a.rank - b.rank || compareCodePoints(a.ref, b.ref)) < 0;
}
