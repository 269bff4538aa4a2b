import type { CatalogEntity } from '@portolan/catalog';
import { canonicalRef, relatedEntity, type RelatedEntity } from './entity-summary.ts';
import type { EntityLookup } from './entity-lookup.ts';
import { emptyListState, listHref } from './list-state.ts';
import { relationOrder, relationWords, reverseRelation } from './relation-words.ts';

export interface RelationGroup {
  type: string;
  heading: string;
  total: number;
  items: readonly RelatedEntity[];
  /** The list of all, when not all are here. */
  allHref: string | undefined;
  missing: number;
}

/** Items per group on an entity's page; a team may own thousands, the list page has them all. */
const shownItems = 24;

/** An entity's relations by type, known types first. Where a group is cut, missing targets stay: they need somebody. */
export function relationGroups(
  entity: CatalogEntity,
  lookup: EntityLookup,
  options: { leaveOut?: readonly string[] } = {},
): RelationGroup[] {
  const targets = new Map<string, string[]>();
  for (const { type, targetRef } of entity.relations) {
    const known = targets.get(type);
    if (known === undefined) targets.set(type, [targetRef]);
    else known.push(targetRef);
  }
  return [...targets.keys()]
    .filter((type) => options.leaveOut?.includes(type) !== true)
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((type) => {
      const refs = targets.get(type) ?? [];
      const missing = refs.filter((ref) => lookup.catalog.byRef(ref) === undefined);
      const shown = shownRefs(refs, missing);
      return {
        type,
        heading: relationWords(type),
        total: refs.length,
        items: shown.map((ref) => relatedEntity(ref, lookup)).sort((a, b) => urgency(a) - urgency(b)),
        allHref: shown.length < refs.length ? relatedListHref(type, canonicalRef(entity)) : undefined,
        missing: missing.length,
      };
    });
}

/** What needs somebody comes first; the rest stays in order of its refs. */
function urgency(item: RelatedEntity): number {
  if (item.missing) return 0;
  const at = (['bad', 'unknown', 'busy'] as const).findIndex((tone) => tone === item.health?.tone);
  return at < 0 ? 4 : at + 1;
}

function rank(type: string): number {
  const at = relationOrder.indexOf(type);
  return at < 0 ? relationOrder.length : at;
}

function shownRefs(refs: readonly string[], missing: readonly string[]): readonly string[] {
  if (refs.length <= shownItems) return refs;
  return [...new Set([...missing, ...refs])].slice(0, shownItems);
}

/** The list of everything at the other end of a relation: those that have its reverse to this entity. */
export function relatedListHref(type: string, ref: string): string | undefined {
  const reverse = reverseRelation(type);
  if (reverse === undefined) return undefined;
  return listHref({ ...emptyListState, relation: { type: reverse, ref } });
}
