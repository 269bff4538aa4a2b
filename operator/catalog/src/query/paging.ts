import type { CatalogPage, EntityId, Position } from '../model.ts';
import type { RowSequence } from './orders.ts';

interface PageOptions {
  rows: RowSequence;
  /** Whether a row is in the result; undefined when all are. */
  isMatch: ((id: EntityId) => boolean) | undefined;
  total: number;
  limit: number | undefined;
  offset: number;
  from: { position: Position; backwards: boolean } | undefined;
}

interface Slice {
  ids: EntityId[];
  hasNext: boolean;
  hasPrevious: boolean;
  /** The first row of the whole result, where it was met on the way. */
  firstOfAll?: EntityId | undefined;
}

/** Cuts one page out of the rows. */
export function pageOf(options: PageOptions): CatalogPage {
  const { rows, total } = options;
  const { ids, hasNext, hasPrevious, ...met } = options.from === undefined ? slice(options) : sliceFrom(options);
  const first = ids[0];
  const last = ids.at(-1);
  const firstOfAll = total === 0 ? undefined : (met.firstOfAll ?? rows.at(nextMatch(options, 0, 1)));
  return {
    ids,
    total,
    hasNext,
    hasPrevious,
    ...(first !== undefined && { first: rows.positionOf(first) }),
    ...(last !== undefined && { last: rows.positionOf(last) }),
    ...(firstOfAll !== undefined && { firstOfAll: rows.positionOf(firstOfAll) }),
  };
}

function slice(options: PageOptions): Slice {
  const { rows, isMatch, total, offset } = options;
  const limit = Math.min(options.limit ?? total, Math.max(0, total - offset));
  const ids: EntityId[] = [];
  let firstOfAll: EntityId | undefined;
  if (isMatch === undefined) {
    for (let at = offset; at < rows.length && ids.length < limit; at++) {
      ids.push(rows.at(at));
    }
  } else {
    for (let at = 0, skipped = 0; at < rows.length && ids.length < limit; at++) {
      const id = rows.at(at);
      if (isMatch(id)) {
        firstOfAll ??= id;
        if (++skipped > offset) {
          ids.push(id);
        }
      }
    }
  }
  return { ids, hasNext: offset + ids.length < total, hasPrevious: Math.min(offset, total) > 0, firstOfAll };
}

/** Walks away from a position, in or against the order. */
function sliceFrom(options: PageOptions): Slice {
  const { rows, limit = Infinity, offset, from } = options;
  if (from === undefined) {
    return slice(options);
  }
  const { position, backwards } = from;
  const step = backwards ? -1 : 1;
  const start = firstIndex(rows, position, backwards);
  const behind = nextMatch(options, start - step, -step);
  const ids: EntityId[] = [];
  let skipped = 0;
  let at = nextMatch(options, start, step);
  while (isInside(rows, at) && (skipped < offset || ids.length < limit)) {
    if (skipped < offset) {
      skipped++;
    } else {
      ids.push(rows.at(at));
    }
    at = nextMatch(options, at + step, step);
  }
  const isMoreAhead = isInside(rows, at);
  const isMoreBehind = skipped > 0 || isInside(rows, behind);
  return backwards
    ? { ids: ids.reverse(), hasNext: isMoreBehind, hasPrevious: isMoreAhead }
    : { ids, hasNext: isMoreAhead, hasPrevious: isMoreBehind };
}

/** The first index after the position, or the last before it. */
function firstIndex(rows: RowSequence, position: Position, backwards: boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const difference = rows.compareTo(rows.at(middle), position);
    if (difference < 0 || (difference === 0 && !backwards)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return backwards ? low - 1 : low;
}

/** The index of the next match from `at` on, or one outside. */
function nextMatch({ rows, isMatch }: PageOptions, at: number, step: number): number {
  let index = at;
  while (isMatch !== undefined && isInside(rows, index) && !isMatch(rows.at(index))) {
    index += step;
  }
  return index;
}

function isInside(rows: RowSequence, index: number): boolean {
  return index >= 0 && index < rows.length;
}
