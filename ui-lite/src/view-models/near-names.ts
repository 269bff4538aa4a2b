/** Something that can be suggested: a ref and how far it is from what was asked. */
interface Candidate {
  ref: string;
  score: number;
}

/**
 * Refs whose name is close to the one asked for, nearest first: the same name elsewhere, names that contain it or
 * begin alike, names within two typing errors (one for short names).
 */
export function nearNames(wanted: string, refs: Iterable<string>, limit = 5): string[] {
  const name = nameOf(wanted.toLowerCase());
  if (name === '') return [];
  const found: Candidate[] = [];
  for (const ref of refs) {
    const score = distance(name, nameOf(ref));
    if (score !== undefined) found.push({ ref, score });
  }
  found.sort((a, b) => a.score - b.score || (a.ref < b.ref ? -1 : 1));
  return found.slice(0, limit).map((candidate) => candidate.ref);
}

function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1).slice(ref.lastIndexOf('/') < 0 ? ref.indexOf(':') + 1 : 0);
}

function distance(wanted: string, name: string): number | undefined {
  if (name === wanted) return 0;
  const edits = editDistance(wanted, name, wanted.length < 5 ? 1 : 2);
  if (edits !== undefined) return edits;
  if (wanted.length >= 3 && name.startsWith(wanted)) return 3;
  if (name.length >= 3 && wanted.startsWith(name)) return 4;
  return wanted.length >= 3 && name.includes(wanted) ? 5 : undefined;
}

/**
 * Levenshtein distance with adjacent swaps as one error, `undefined` above `limit`. Only a diagonal band of width
 * `2 * limit + 1` can stay within the limit, so a long list of names costs little.
 */
export function editDistance(a: string, b: string, limit: number): number | undefined {
  if (Math.abs(a.length - b.length) > limit) return undefined;
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    let best = row;
    for (let column = 1; column <= b.length; column++) {
      const cost = Math.abs(row - column) > limit ? limit + 1 : cell(row, column);
      current.push(cost);
      best = Math.min(best, cost);
    }
    if (best > limit) return undefined;
    older = previous;
    previous = current;

    function cell(i: number, j: number): number {
      const same = a[i - 1] === b[j - 1];
      const plain = Math.min(at(previous, j) + 1, at(current, j - 1) + 1, at(previous, j - 1) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      return swapped ? Math.min(plain, at(older, j - 2) + 1) : plain;
    }
  }
  const result = at(previous, b.length);
  return result > limit ? undefined : result;
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
