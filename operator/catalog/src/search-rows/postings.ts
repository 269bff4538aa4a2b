import type { EntityId } from '../model.ts';
import { Bitset } from '../query/bitset.ts';
import { addSorted, removeSorted } from '../query/sorted-ids.ts';
import { Haystack } from './haystack.ts';

/** Measured on Node 24: a value with its list and map entry, and one id in a list. */
const bytesPerValue = 200;
const bytesPerId = 8;
/** From this many ids on a posting also has bits: a kind is united and counted by words then. */
const minimumForBits = 256;

/** The entities with one value, in one spelling. */
export class Posting {
  /** In original case. */
  readonly value: string;
  readonly #ids: EntityId[];
  #bits: Bitset | undefined;

  constructor(value: string, id: EntityId) {
    this.value = value;
    this.#ids = [id];
  }

  get size(): number {
    return this.#ids.length;
  }

  add(id: EntityId): void {
    addSorted(this.#ids, id);
    this.#bits?.add(id);
  }

  delete(id: EntityId): void {
    removeSorted(this.#ids, id);
    this.#bits?.delete(id);
  }

  addTo(matches: Bitset): void {
    if (this.#ids.length < minimumForBits) {
      matches.addAll(this.#ids);
    } else {
      matches.unite(this.#wholeBits());
    }
  }

  /** How many of its entities are in a set. */
  countIn(matches: Bitset): number {
    return this.#ids.length < minimumForBits ? matches.countOf(this.#ids) : matches.countShared(this.#wholeBits());
  }

  #wholeBits(): Bitset {
    if (this.#bits === undefined) {
      this.#bits = new Bitset();
      this.#bits.addAll(this.#ids);
    }
    return this.#bits;
  }
}

/** The posting sets of one key: lower-cased value → spelling → ids, and the ids of all rows. */
export class KeyPostings {
  readonly byValue = new Map<string, Posting[]>();
  readonly existing = new Bitset();
  #ids = 0;
  #sorted: readonly Posting[] | undefined;
  #haystack: Haystack | undefined;

  add(id: EntityId, value: string | null): void {
    this.existing.add(id);
    if (value === null) {
      return;
    }
    this.#ids++;
    const lower = value.toLowerCase();
    const spellings = this.byValue.get(lower);
    const posting = spellings?.find((other) => other.value === value);
    if (posting !== undefined) {
      posting.add(id);
      return;
    }
    this.#sorted = undefined;
    if (spellings === undefined) {
      this.#haystack = undefined;
      this.byValue.set(lower, [new Posting(value, id)]);
    } else {
      spellings.push(new Posting(value, id));
    }
  }

  /** Of an entity that loses all its rows with this key. */
  remove(id: EntityId, value: string | null): void {
    this.existing.delete(id);
    if (value === null) {
      return;
    }
    this.#ids--;
    const lower = value.toLowerCase();
    const spellings = this.byValue.get(lower);
    const posting = spellings?.find((other) => other.value === value);
    if (spellings === undefined || posting === undefined) {
      return;
    }
    posting.delete(id);
    if (posting.size === 0) {
      this.#sorted = undefined;
      if (spellings.length === 1) {
        this.#haystack = undefined;
        this.byValue.delete(lower);
      } else {
        spellings.splice(spellings.indexOf(posting), 1);
      }
    }
  }

  /** All spellings in the given order, kept until a spelling comes or goes. */
  sorted(compare: (a: Posting, b: Posting) => number): readonly Posting[] {
    this.#sorted ??= [...this.byValue.values()].flat().sort(compare);
    return this.#sorted;
  }

  /** Adds the entities with a value that contains a lower-cased text. */
  addContaining(term: string, matches: Bitset): void {
    for (const value of this.haystack.containing(term)) {
      for (const posting of this.byValue.get(value) ?? []) {
        posting.addTo(matches);
      }
    }
  }

  /** All values, lower-cased, to look for parts of them; kept until a value comes or goes. */
  get haystack(): Haystack {
    this.#haystack ??= new Haystack([...this.byValue.keys()]);
    return this.#haystack;
  }

  get bytes(): number {
    return this.byValue.size * bytesPerValue + this.#ids * bytesPerId + (this.#haystack?.bytes ?? 0);
  }
}
