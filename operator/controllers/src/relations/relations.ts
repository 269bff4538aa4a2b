import { conditionTypes } from '@portolan/crds';
import type { Fragment, FragmentSource } from '../composer/fragment.ts';
import type { EntityStores } from '../entities/entity-stores.ts';
import { keyOf, type TrimmedEntity, type TrimmedRef } from '../entities/trimmed-entity.ts';

/** How long a ref may fail to resolve before that is written: an apply of a folder is not a fault. */
export const danglingGraceMs = 3_000;
const shownRefs = 20;
const namedInMessage = 3;

/** The relations controller's part: `refs`, `ownerRef`, `systemRef` and `RefsResolved`. */
export interface Relations {
  source: FragmentSource;
}

/** Creates the relations controller over the entity stores; it remembers only since when a ref is unresolved. */
export function createRelations(entities: EntityStores, kinds: readonly TrimmedEntity['kind'][]): Relations {
  const unresolvedSince = new Map<string, number>();
  for (const kind of kinds) {
    entities.store(kind).subscribe((change) => {
      if (change.type === 'deleted') unresolvedSince.delete(`${kind}/${change.key}`);
    });
  }

  const source: FragmentSource = (entity, now) => {
    const id = `${entity.kind}/${keyOf(entity)}`;
    const unresolved = entity.refs.filter((each) => entities.claimants(each.ref).length === 0);
    const scalars = { ownerRef: entity.ownerRef ?? null, systemRef: entity.systemRef ?? null };
    if (unresolved.length === 0) {
      unresolvedSince.delete(id);
      return resolved(entity, scalars);
    }
    // Missing from a list that has not arrived is not missing.
    if (unresolved.some((each) => !entities.isSynced(kindOf(each)))) return { fields: scalars };
    if (storedAsDangling(entity)) return dangling(entity, unresolved, scalars);
    const since = unresolvedSince.get(id) ?? now;
    unresolvedSince.set(id, since);
    const leftMs = since + danglingGraceMs - now;
    if (leftMs <= 0) {
      unresolvedSince.delete(id);
      return dangling(entity, unresolved, scalars);
    }
    // A new object waits with its first status, so that a folder applied in any order costs one write per object.
    return entity.status?.conditions === undefined ? { holdMs: leftMs } : { fields: scalars, recheckMs: leftMs };
  };
  return { source };
}

type Scalars = { ownerRef: string | null; systemRef: string | null };

function resolved(entity: TrimmedEntity, scalars: Scalars): Fragment {
  const total = countDistinct(entity.refs);
  return {
    fields: { ...scalars, refs: { total } },
    conditions: [
      {
        type: conditionTypes.refsResolved,
        status: 'True',
        reason: total === 0 ? 'NoRefs' : 'AllResolved',
        message: resolvedWords(total),
      },
    ],
  };
}

function resolvedWords(total: number): string {
  if (total === 0) return 'Refers to no other entity.';
  return total === 1 ? 'Its one reference has a target.' : `All ${total} references have a target.`;
}

function dangling(entity: TrimmedEntity, unresolved: readonly TrimmedRef[], scalars: Scalars): Fragment {
  const refs = [...new Set(unresolved.map((each) => each.ref))].sort();
  const total = countDistinct(entity.refs);
  const more = refs.length - shownRefs;
  const named = unresolved.slice(0, namedInMessage).map((each) => `${each.ref} (${each.field})`);
  const rest = unresolved.length - named.length;
  return {
    fields: { ...scalars, refs: { total, dangling: refs.slice(0, shownRefs), ...(more > 0 && { more }) } },
    conditions: [
      {
        type: conditionTypes.refsResolved,
        status: 'False',
        reason: 'DanglingRefs',
        message: `${refs.length} of ${total} references ${refs.length === 1 ? 'has' : 'have'} no target: ${named.join(', ')}${
          rest > 0 ? ` and ${rest} more` : ''
        }. Create ${refs.length === 1 ? 'it' : 'them'} or correct the spelling.`,
      },
    ],
  };
}

function storedAsDangling(entity: TrimmedEntity): boolean {
  return (
    entity.status?.conditions?.some((each) => each.type === conditionTypes.refsResolved && each.status === 'False') ??
    false
  );
}

function countDistinct(refs: readonly TrimmedRef[]): number {
  return new Set(refs.map((each) => each.ref)).size;
}

function kindOf({ ref }: TrimmedRef): string {
  return ref.slice(0, ref.indexOf(':'));
}
