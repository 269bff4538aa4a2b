/** Small sorted lists of ids. New ids are mostly the largest, so that adding is mostly a push. */

/** The first index whose id is not less than `id`. */
function lowerBound(ids: readonly number[], id: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? 0) < id) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

export function addSorted(ids: number[], id: number): void {
  const last = ids.at(-1);
  if (last === undefined || last < id) {
    ids.push(id);
    return;
  }
  const at = lowerBound(ids, id);
  if (ids[at] !== id) {
    ids.splice(at, 0, id);
  }
}

export function removeSorted(ids: number[], id: number): void {
  const at = lowerBound(ids, id);
  if (ids[at] === id) {
    ids.splice(at, 1);
  }
}

export function hasSorted(ids: readonly number[], id: number): boolean {
  return ids[lowerBound(ids, id)] === id;
}
