import type { Catalog, EntityId, FilterExpression } from '@portolan/catalog';
import type { BrokenState } from './broken-state.ts';
import { both, dimensionPaths } from './list-state.ts';

/** Refs below one in a tree, itself first: enough for any company, and a bound on the work of one page. */
const maxRefs = 1_000;

/** What a state asks for, without its reason. */
export type ScopeOf = (state: Pick<BrokenState, 'team' | 'within'>) => FilterExpression | undefined;

/**
 * Scopes of one page; each tree is walked once. What is within a domain or system is what its roll-up counts: also the
 * parts of a component that is part of it.
 */
export function createScopeOf(catalog: Catalog): ScopeOf {
  const known = new Map<string, FilterExpression>();
  let wholes: ReadonlySet<EntityId> | undefined;
  const scope = (ref: string, walk: () => FilterExpression): FilterExpression => {
    const filter = known.get(ref) ?? walk();
    known.set(ref, filter);
    return filter;
  };
  return ({ team, within }) =>
    both([
      team === undefined
        ? undefined
        : scope(team, () => ({
            key: dimensionPaths.owner.toLowerCase(),
            values: below(catalog, { ref: team, type: 'childOf', among: ofKinds(catalog, ['group']) }),
          })),
      within === undefined
        ? undefined
        : scope(within, () => {
            wholes ??= new Set([...ofKinds(catalog, ['domain', 'system']), ...withParts(catalog)]);
            return { key: 'relations.partof', values: below(catalog, { ref: within, type: 'partOf', among: wholes }) };
          }),
    ]);
}

function ofKinds(catalog: Catalog, kinds: readonly string[]): ReadonlySet<EntityId> {
  return new Set(catalog.query({ filter: { key: 'kind', values: kinds } }).ids);
}

function withParts(catalog: Catalog): readonly EntityId[] {
  return catalog.query({ filter: { relation: { type: 'hasPart' } } }).ids;
}

/** Those among some that have a relation to a ref, to one of those, and so on. */
function below(
  catalog: Catalog,
  { ref, type, among }: { ref: string; type: string; among: ReadonlySet<EntityId> },
): string[] {
  const found = new Set([ref]);
  let level = [ref];
  while (level.length > 0 && found.size < maxRefs) {
    const { ids } = catalog.query({ filter: { relation: { type, targetRefs: level } } });
    level = ids
      .filter((id) => among.has(id))
      .map((id) => catalog.refOf(id))
      .filter((each) => !found.has(each))
      .slice(0, maxRefs - found.size);
    for (const each of level) found.add(each);
  }
  return [...found];
}
