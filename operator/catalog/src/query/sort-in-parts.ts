import type { EntityId } from '../model.ts';

type Compare = (a: EntityId, b: EntityId) => number;

/**
 * A merge sort that can be left at any point and gone on with: pieces are sorted one by one, then merged two by two.
 * What it compares must not change meanwhile.
 */
export class SortInParts {
  readonly #ids: readonly EntityId[];
  readonly #compare: Compare;
  #next = 0;
  readonly #runs: EntityId[][] = [];

  constructor(ids: readonly EntityId[], compare: Compare) {
    this.#ids = ids;
    this.#compare = compare;
  }

  /**
   * Sorts a piece, or merges two.
   *
   * @param most ids of a piece at most
   * @returns all of them in order once they are
   */
  step(most: number): EntityId[] | undefined {
    if (this.#next < this.#ids.length) {
      this.#runs.push(this.#ids.slice(this.#next, this.#next + most).sort(this.#compare));
      this.#next += most;
      return undefined;
    }
    const [first = [], second] = this.#runs.splice(0, 2);
    if (second === undefined) {
      return first;
    }
    this.#runs.push(this.#merge(first, second));
    return undefined;
  }

  #merge(left: readonly EntityId[], right: readonly EntityId[]): EntityId[] {
    const merged: EntityId[] = [];
    let at = 0;
    for (const id of left) {
      for (let other = right[at]; other !== undefined && this.#compare(other, id) < 0; other = right[at]) {
        merged.push(other);
        at++;
      }
      merged.push(id);
    }
    return merged.concat(right.slice(at));
  }
}
