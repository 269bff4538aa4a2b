import type { EntityId } from '../model.ts';
import { Bitset } from './bitset.ts';

/** The value that each entity is ordered by: of several the smallest, lower-cased; undefined when it has none. */
export class Column {
  readonly key: string;
  readonly values: (string | undefined)[] = [];
  readonly present = new Bitset();
  /** The ids below have their values; Infinity when all have. */
  filledTo = 0;

  constructor(key: string) {
    this.key = key;
  }

  set(id: EntityId, value: string | undefined): void {
    this.values[id] = value;
    if (value === undefined) {
      this.present.delete(id);
    } else {
      this.present.add(id);
    }
  }
}
