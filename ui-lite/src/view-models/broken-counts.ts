import type { Catalog, FilterExpression } from '@portolan/catalog';
import { dimensionPaths } from './list-state.ts';

export const verdictPath = dimensionPaths.health;
export const reasonPath = 'status.portolan.health.reason';

/** How many entities have each value of a path, by the value in lower case. */
export function countsOf(catalog: Catalog, path: string, filter: FilterExpression | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { value, count } of catalog.facets({ paths: [path], filter }).get(path) ?? []) {
    counts.set(value.toLowerCase(), (counts.get(value.toLowerCase()) ?? 0) + count);
  }
  return counts;
}
