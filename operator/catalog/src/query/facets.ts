import type { FacetCount, Visibility } from '../model.ts';
import { relationKeyPrefix, rowValue } from '../search-rows/rows.ts';
import type { Bitset } from './bitset.ts';
import { compareCodePoints } from './code-points.ts';
import { type FilterSource, forEachRollup, isRelationKey, isRollupKey, isTargetVisible } from './filter.ts';

interface FacetOptions {
  source: FilterSource;
  /** The entities to count; undefined for all. */
  matches: Bitset | undefined;
  visible: Visibility | undefined;
}

/** Values of a lower-cased, prepared key in original case with the number of entities, sorted by value. */
export function facetOf(key: string, options: FacetOptions): FacetCount[] {
  if (isRollupKey(key)) {
    return rollupFacet(options);
  }
  if (isRelationKey(key)) {
    return relationFacet(key.slice(relationKeyPrefix.length), options);
  }
  const { source, matches } = options;
  const postings = source.rows.postings(key)?.sorted((a, b) => compareCodePoints(a.value, b.value)) ?? [];
  const counts: FacetCount[] = [];
  for (const posting of postings) {
    const count = matches === undefined ? posting.size : posting.countIn(matches);
    if (count > 0) {
      counts.push({ value: posting.value, count });
    }
  }
  return counts;
}

function relationFacet(lowerCasedType: string, { source, matches, visible }: FacetOptions): FacetCount[] {
  const counts = new Map<string, number>();
  for (const type of source.graph.typesLike(lowerCasedType)) {
    source.graph.forEachTarget(type, (target, ids, isOwn) => {
      if (rowValue(target) !== null && (isOwn || isTargetVisible(source, target, visible))) {
        const count = matches === undefined ? ids.length : matches.countOf(ids);
        if (count > 0) {
          counts.set(target, (counts.get(target) ?? 0) + count);
        }
      }
    });
  }
  return sortedCounts(counts);
}

function rollupFacet({ source, matches, visible }: FacetOptions): FacetCount[] {
  const counts = new Map<string, number>();
  forEachRollup(matches, { source, visible }, (_, verdict) => counts.set(verdict, (counts.get(verdict) ?? 0) + 1));
  return sortedCounts(counts);
}

function sortedCounts(counts: ReadonlyMap<string, number>): FacetCount[] {
  return Array.from(counts, ([value, count]) => ({ value, count })).sort((a, b) => compareCodePoints(a.value, b.value));
}
