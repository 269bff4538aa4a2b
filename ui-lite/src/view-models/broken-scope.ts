import type { Catalog, EntityId, FilterExpression } from '@portolan/catalog';
import type { BrokenState } from './broken-state.ts';
import { both, dimensionPaths } from './list-state.ts';

/** Refs below one in a tree, itself first: enough for any company, and a bound on the work of one page. */
const maxRefs = 1_000;

export interface Scopes {
  /** What a state asks for, without its reason. */
  of(state: Pick<BrokenState, 'team' | 'within'>): FilterExpression | undefined;
  /** A group and those below it. */
  teams(ref: string): readonly string[];
}

/**
 * Scopes of one page; each tree is walked once. What is within a domain or system is what its roll-up counts: also the
 * parts of a component that is part of it.
 */
export function createScopes(catalog: Catalog): Scopes {
  const known = new Map<string, readonly string[]>();
  let wholes: ReadonlySet<EntityId> | undefined;
  const walked = (ref: string, walk: () => readonly string[]): readonly string[] => {
    const refs = known.get(ref) ?? walk();
    known.set(ref, refs);
    return refs;
  };
  const teams = (ref: string): readonly string[] =>
    walked(ref, () => below(catalog, { ref, type: 'childOf', among: ofKinds(catalog, ['group']) }));
  const within = (ref: string): readonly string[] =>
    walked(ref, () => {
      wholes ??= new Set([...ofKinds(catalog, ['domain', 'system']), ...withParts(catalog)]);
      return below(catalog, { ref, type: 'partOf', among: wholes });
    });
  return {
    of: (state) =>
      both([
        state.team === undefined ? undefined : { key: dimensionPaths.owner.toLowerCase(), values: teams(state.team) },
        state.within === undefined ? undefined : { key: 'relations.partof', values: within(state.within) },
      ]),
    teams,
  };
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
