import { kindInfo, kinds, prevailingClaim, type EntityKind } from '@portolan/crds';
import type { Informer, Store } from '@portolan/runtime';
import type { TrimmedEntity } from './trimmed-entity.ts';

/** The indexes that every entity informer of the operator must be built with. */
export const entityIndexes = {
  /** The ref that an object claims; two objects may claim one. */
  ref: (entity: TrimmedEntity) => [entity.ref],
  /** Every ref that it declares, keyed by text so that a target may come into being later. */
  target: (entity: TrimmedEntity) => [...new Set(entity.refs.map((each) => each.ref))],
};

/** One entity, found by what kind it is and its key in that kind's store. */
export interface EntityKey {
  kind: EntityKind;
  key: string;
}

/** The seven entity stores seen as one. Reads only; nothing here waits or writes. */
export interface EntityStores {
  store(kind: EntityKind): Store<TrimmedEntity>;
  /** Whether that kind has been listed once. A kind without a CRD of ours counts as synced: it has no objects. */
  isSynced(kindInRef: string): boolean;
  /** All objects that claim a canonical ref, of any namespace. */
  claimants(ref: string): readonly TrimmedEntity[];
  /** The object that serves a canonical ref: the oldest claimant. */
  prevailing(ref: string): TrimmedEntity | undefined;
  /** Everything that declares this ref, whether it resolves or not. */
  referrers(ref: string): EntityKey[];
}

/** Joins the entity informers (built with {@link entityIndexes}) into {@link EntityStores}. */
export function createEntityStores(informers: ReadonlyMap<EntityKind, Informer<TrimmedEntity>>): EntityStores {
  const informerOf = (kind: EntityKind): Informer<TrimmedEntity> => {
    const informer = informers.get(kind);
    if (informer === undefined) throw new TypeError(`no informer for kind ${kind}`);
    return informer;
  };
  const claimants = (ref: string): readonly TrimmedEntity[] => {
    const kind = kindInfo(ref.slice(0, ref.indexOf(':')))?.kind;
    return kind === undefined ? [] : informerOf(kind).store.byIndex('ref', ref);
  };
  return {
    store: (kind) => informerOf(kind).store,
    isSynced: (kindInRef) => {
      const kind = kindInfo(kindInRef)?.kind;
      return kind === undefined || informerOf(kind).isSynced();
    },
    claimants,
    prevailing: (ref) => {
      const [first, ...others] = claimants(ref);
      return others.reduce<TrimmedEntity | undefined>(
        (winner, other) => (winner === undefined ? other : prevailingClaim(winner, other)),
        first,
      );
    },
    referrers: (ref) =>
      kinds.flatMap(({ kind }) =>
        informerOf(kind)
          .store.keysByIndex('target', ref)
          .map((key) => ({ kind, key })),
      ),
  };
}
