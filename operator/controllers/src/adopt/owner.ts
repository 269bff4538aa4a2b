import { formatRef, parseRef, RefError, type NamespaceMapping } from '@portolan/crds';
import type { EntityStores } from '../entities/entity-stores.ts';
import type { OwnerHint } from './candidate.ts';

/** What hints say together. */
export type FoundOwner =
  | { found: 'one'; ref: string }
  /** They name several, or one name that several Groups have. */
  | { found: 'several'; refs: readonly string[] }
  | { found: 'none' };

/** Finds the Group of the catalog that hints name. What is no Group of the catalog counts for nothing. */
export type OwnerFinder = (hints: readonly OwnerHint[], namespace: string) => FoundOwner;

/** Creates the finder over all Groups that can be read. */
export function createOwnerFinder(entities: EntityStores, namespaces: NamespaceMapping): OwnerFinder {
  const byName = new Map<string, Set<string>>();
  for (const { ref } of entities.store('Group').list()) {
    const name = ref.slice(ref.indexOf('/') + 1);
    byName.set(name, (byName.get(name) ?? new Set<string>()).add(ref));
  }
  const groupsNamed = (text: string, namespace: string): readonly string[] => {
    try {
      const ref = formatRef(parseRef(text, { kind: 'group', namespace: namespaces.toCatalog(namespace) }));
      if (!ref.startsWith('group:')) return [];
      if (entities.claimants(ref).length > 0) return [ref];
    } catch (error) {
      if (error instanceof RefError) return [];
      throw error;
    }
    // A label cannot hold a namespace; a name that only one Group of the cluster has is clear all the same.
    return [...(byName.get(text.toLowerCase()) ?? [])];
  };
  return (hints, namespace) => {
    for (const key of new Set(hints.map((hint) => hint.key))) {
      const values = hints.filter((hint) => hint.key === key).map((hint) => hint.value);
      const refs = [...new Set(values.flatMap((value) => groupsNamed(value, namespace)))].toSorted();
      const [ref, ...others] = refs;
      if (others.length > 0) return { found: 'several', refs };
      if (ref !== undefined) return { found: 'one', ref };
    }
    return { found: 'none' };
  };
}
