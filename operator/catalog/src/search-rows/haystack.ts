/** Between two values; a term that has it is looked for in each value. */
const separator = '\0';

/**
 * Texts joined into one, in which all that contain a term are found in one sweep: ten times faster than asking each of
 * 100,000 short texts.
 */
export class Haystack {
  readonly #values: readonly string[];
  readonly #text: string;
  /** Where each value starts in the text. */
  readonly #starts: Uint32Array;

  constructor(values: readonly string[]) {
    this.#values = values;
    this.#text = values.join(separator);
    this.#starts = new Uint32Array(values.length);
    let start = 0;
    values.forEach((value, at) => {
      this.#starts[at] = start;
      start += value.length + separator.length;
    });
  }

  get bytes(): number {
    return this.#text.length + this.#starts.byteLength;
  }

  /** The values that contain a term which is not empty, each once. */
  containing(term: string): string[] {
    if (term.includes(separator)) {
      return this.#values.filter((value) => value.includes(term));
    }
    const found: string[] = [];
    let hit = this.#text.indexOf(term);
    while (hit !== -1) {
      const at = this.#indexAt(hit);
      found.push(this.#values[at] ?? '');
      const next = this.#starts[at + 1];
      hit = next === undefined ? -1 : this.#text.indexOf(term, next);
    }
    return found;
  }

  /** The index of the value at a place of the text. */
  #indexAt(place: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= place) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
