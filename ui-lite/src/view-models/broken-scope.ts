import type { Catalog, FilterExpression } from '@portolan/catalog';
import type { BrokenState } from './broken-state.ts';
import { both, dimensionPaths } from './list-state.ts';

/** Refs below one in a tree, itself first: enough for any company, and a bound on the work of one page. */
const maxRefs = 1_000;

/** What a state asks for, without its reason. */
export function scopeOf(catalog: Catalog, { team, within }: BrokenState): FilterExpression | undefined {
  return both([
    team === undefined
      ? undefined
      : {
          key: dimensionPaths.owner.toLowerCase(),
          values: below(catalog, { ref: team, type: 'childOf', kinds: ['group'] }),
        },
    within === undefined
      ? undefined
      : {
          key: 'relations.partof',
          values: below(catalog, { ref: within, type: 'partOf', kinds: ['domain', 'system'] }),
        },
  ]);
}

/** Those of some kinds that have a relation to a ref, to one of those, and so on. */
function below(
  catalog: Catalog,
  { ref, type, kinds }: { ref: string; type: string; kinds: readonly string[] },
): string[] {
  const found = new Set([ref]);
  let level = [ref];
  while (level.length > 0 && found.size < maxRefs) {
    const { ids } = catalog.query({
      filter: { all: [{ key: 'kind', values: kinds }, { relation: { type, targetRefs: level } }] },
      limit: maxRefs,
    });
    level = ids.map((id) => catalog.refOf(id)).filter((each) => !found.has(each));
    for (const each of level) found.add(each);
  }
  return [...found];
}
