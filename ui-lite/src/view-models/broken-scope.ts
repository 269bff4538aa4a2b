import type { Catalog, FilterExpression } from '@portolan/catalog';
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
  let nested: Nested | undefined;
  const walked = (ref: string, walk: () => readonly string[]): readonly string[] => {
    const refs = known.get(ref) ?? walk();
    known.set(ref, refs);
    return refs;
  };
  const teams = (ref: string): readonly string[] =>
    walked(ref, () => below(catalog, { ref, type: 'childOf', kinds: ['group'] }));
  const within = (ref: string): readonly string[] =>
    walked(ref, () => {
      nested ??= nestedIn(catalog);
      return below(catalog, { ref, type: 'partOf', kinds: ['domain', 'system'], nested });
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

/** Components and resources that have parts themselves, by what they are part of. */
type Nested = ReadonlyMap<string, readonly string[]>;

/** They are few, so that they are read themselves: to ask for the parts of each level would walk all components. */
function nestedIn(catalog: Catalog): Nested {
  const nested = new Map<string, string[]>();
  const { ids } = catalog.query({
    filter: { all: [{ key: 'kind', values: ['component', 'resource'] }, { relation: { type: 'hasPart' } }] },
    limit: maxRefs,
  });
  for (const id of ids) {
    for (const { type, targetRef } of catalog.entity(id).relations) {
      if (type !== 'partOf') continue;
      const whole = targetRef.toLowerCase();
      nested.set(whole, [...(nested.get(whole) ?? []), catalog.refOf(id)]);
    }
  }
  return nested;
}

/** Those of some kinds, or nested, that have a relation to a ref, to one of those, and so on. */
function below(
  catalog: Catalog,
  options: { ref: string; type: string; kinds: readonly string[]; nested?: Nested },
): string[] {
  const { ref, type, kinds, nested } = options;
  const found = new Set([ref]);
  let level = [ref];
  while (level.length > 0 && found.size < maxRefs) {
    const { ids } = catalog.query({
      filter: { all: [{ key: 'kind', values: kinds }, { relation: { type, targetRefs: level } }] },
      limit: maxRefs,
    });
    const next = [...ids.map((id) => catalog.refOf(id)), ...level.flatMap((each) => nested?.get(each) ?? [])];
    level = [...new Set(next)].filter((each) => !found.has(each)).slice(0, maxRefs - found.size);
    for (const each of level) found.add(each);
  }
  return [...found];
}
