/** A growing set of dense ids: one bit per id. */
export class Bitset {
  #words: Uint32Array;

  constructor(words: Uint32Array = new Uint32Array(0)) {
    this.#words = words;
  }

  has(id: number): boolean {
    const word = this.#words[id >>> 5];
    return word !== undefined && (word & (1 << (id & 31))) !== 0;
  }

  add(id: number): void {
    const at = id >>> 5;
    if (at >= this.#words.length) {
      const grown = new Uint32Array(Math.max(at + 1, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[at] = (this.#words[at] ?? 0) | (1 << (id & 31));
  }

  delete(id: number): void {
    const at = id >>> 5;
    if (at < this.#words.length) {
      this.#words[at] = (this.#words[at] ?? 0) & ~(1 << (id & 31));
    }
  }

  addAll(ids: Iterable<number>): void {
    for (const id of ids) {
      this.add(id);
    }
  }

  clone(): Bitset {
    return new Bitset(this.#words.slice());
  }

  /** Keeps only what `other` has too. */
  intersect(other: Bitset): void {
    const theirs = other.#words;
    for (let at = 0; at < this.#words.length; at++) {
      this.#words[at] = (this.#words[at] ?? 0) & (theirs[at] ?? 0);
    }
  }

  /** Removes what `other` has. */
  subtract(other: Bitset): void {
    const theirs = other.#words;
    for (let at = Math.min(this.#words.length, theirs.length) - 1; at >= 0; at--) {
      this.#words[at] = (this.#words[at] ?? 0) & ~(theirs[at] ?? 0);
    }
  }

  unite(other: Bitset): void {
    const theirs = other.#words;
    if (theirs.length > this.#words.length) {
      const grown = new Uint32Array(theirs.length);
      grown.set(this.#words);
      this.#words = grown;
    }
    for (let at = 0; at < theirs.length; at++) {
      this.#words[at] = (this.#words[at] ?? 0) | (theirs[at] ?? 0);
    }
  }

  get count(): number {
    let count = 0;
    for (const word of this.#words) {
      count += bitsIn(word);
    }
    return count;
  }

  /** How many ids are in both. */
  countShared(other: Bitset): number {
    const theirs = other.#words;
    let count = 0;
    for (let at = Math.min(this.#words.length, theirs.length) - 1; at >= 0; at--) {
      count += bitsIn((this.#words[at] ?? 0) & (theirs[at] ?? 0));
    }
    return count;
  }

  /** How many of these ids are in it. */
  countOf(ids: readonly number[]): number {
    let count = 0;
    for (const id of ids) {
      count += this.has(id) ? 1 : 0;
    }
    return count;
  }

  /** The smallest id from this one on; -1 when there is none. */
  next(from: number): number {
    for (let at = from >>> 5; at < this.#words.length; at++) {
      const whole = this.#words[at] ?? 0;
      const word = at === from >>> 5 ? whole & (-1 << (from & 31)) : whole;
      if (word !== 0) {
        return (at << 5) + 31 - Math.clz32(word & -word);
      }
    }
    return -1;
  }

  /** The ids, ascending. */
  toArray(): number[] {
    const ids: number[] = [];
    for (let at = 0; at < this.#words.length; at++) {
      let word = this.#words[at] ?? 0;
      while (word !== 0) {
        ids.push((at << 5) + 31 - Math.clz32(word & -word));
        word &= word - 1;
      }
    }
    return ids;
  }
}

/** The number of ones, counted in parallel halves. */
function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
