import type { EntityId } from '../model.ts';
import { compareCodePoints } from './code-points.ts';

/** Up to this many distinct texts ids are dealt out by rank; beyond it hashing costs more than comparing. */
const maxRanks = 4_096;
/** Half of a pair: only such units sort otherwise by code points than by units. */
const surrogate = /[\ud800-\udfff]/;

type Texts = readonly (string | undefined)[];

/**
 * Sorts ids by their texts in code points, stably, those without one last in both directions.
 *
 * @param texts by id
 */
export function sortByText(ids: readonly EntityId[], texts: Texts, isDescending: boolean): EntityId[] {
  const distinct = distinctTexts(ids, texts);
  if (distinct === undefined) {
    return sortByComparing(ids, texts, isDescending);
  }
  const ascending = [...distinct].sort(compareCodePoints);
  return dealOut(ids, texts, isDescending ? ascending.reverse() : ascending);
}

/** Undefined when there are too many. */
function distinctTexts(ids: readonly EntityId[], texts: Texts): Set<string> | undefined {
  const distinct = new Set<string>();
  for (const id of ids) {
    const text = texts[id];
    if (text !== undefined) {
      distinct.add(text);
      if (distinct.size > maxRanks) {
        return undefined;
      }
    }
  }
  return distinct;
}

/** In time linear in the ids: a first pass counts how many have each text, a second puts each id in its place. */
function dealOut(ids: readonly EntityId[], texts: Texts, ordered: readonly string[]): EntityId[] {
  const ranks = new Map<string | undefined, number>(ordered.map((text, rank) => [text, rank]));
  const last = ordered.length;
  const rankOf = Int32Array.from(ids, (id) => ranks.get(texts[id]) ?? last);
  /** Where the next id of each rank goes. */
  const next = new Int32Array(last + 2);
  for (const rank of rankOf) {
    next[rank + 1] = (next[rank + 1] ?? 0) + 1;
  }
  for (let rank = 1; rank <= last; rank++) {
    next[rank] = (next[rank] ?? 0) + (next[rank - 1] ?? 0);
  }
  const sorted = ids.slice();
  ids.forEach((id, at) => {
    const rank = rankOf[at] ?? last;
    const place = next[rank] ?? 0;
    next[rank] = place + 1;
    sorted[place] = id;
  });
  return sorted;
}

function sortByComparing(ids: readonly EntityId[], texts: Texts, isDescending: boolean): EntityId[] {
  const present: EntityId[] = [];
  const missing: EntityId[] = [];
  let hasPairs = false;
  for (const id of ids) {
    const text = texts[id];
    if (text === undefined) {
      missing.push(id);
    } else {
      present.push(id);
      hasPairs ||= surrogate.test(text);
    }
  }
  // The engine compares by units in half the time; the same order where there are no pairs.
  const compare = hasPairs ? compareCodePoints : compareUnits;
  const sign = isDescending ? -1 : 1;
  present.sort((a, b) => sign * compare(texts[a] ?? '', texts[b] ?? ''));
  return present.concat(missing);
}

function compareUnits(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  return a < b ? -1 : 1;
}
