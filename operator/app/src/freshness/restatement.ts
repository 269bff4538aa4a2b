import type { Catalog, CatalogChange } from '@portolan/catalog';
import { linkingKinds, noLosses, withLosses, type Losses, type TrimmedEntity } from '@portolan/controllers';
import type { EntityKind, EntityResource } from '@portolan/crds';
import { eventLoop, objectKey, type Store } from '@portolan/runtime';

/** Entities looked at and restated in one go, so that the loop is free again after a few milliseconds. */
const slice = 50;

/** Keeps what the read model tells of health true while sources are lost. */
export interface Restatement {
  /** The resource as it may be told now; the same object where nothing it depends on is lost. */
  told(resource: EntityResource): EntityResource;
  /** The entity is no more. */
  forget(uid: string): void;
  /** From now on this is lost: whatever tells otherwise is restated, in slices. */
  set(losses: Losses): void;
  /** Resolves when nothing is left to restate. */
  settled(): Promise<void>;
}

/**
 * Creates the {@link Restatement} of a catalog. The stores hold what is stored, the catalog what may be told: so nothing
 * is lost by telling Unknown, and a source that is back restores every verdict.
 *
 * @param options.stores - of all kinds that have health
 */
export function createRestatement(options: {
  stores: ReadonlyMap<EntityKind, Pick<Store<TrimmedEntity>, 'get' | 'list'>>;
  catalog: Pick<Catalog, 'apply'>;
  /** For tests: called between two slices. */
  onSlice?: () => void;
}): Restatement {
  const { stores, catalog, onSlice } = options;
  /** Entities that are told otherwise than they are stored. */
  const overlaid = new Set<string>();
  let losses = noLosses;
  let isAskedFor = false;
  let sweeping: Promise<void> | undefined;

  const remember = (uid: string, isOverlaid: boolean): void => {
    if (isOverlaid) overlaid.add(uid);
    else overlaid.delete(uid);
  };
  const restatementOf = (kind: EntityKind, entity: TrimmedEntity): CatalogChange | undefined => {
    const { metadata, status } = entity;
    const next = withLosses({ kind, namespace: metadata.namespace, status }, losses);
    if (next === undefined || (next === status && !overlaid.has(metadata.uid))) return undefined;
    remember(metadata.uid, next !== status);
    return { type: 'restate', uid: metadata.uid, status: next };
  };
  const restateKind = async (kind: EntityKind): Promise<void> => {
    const store = stores.get(kind);
    const listed = store?.list() ?? [];
    for (let at = 0; at < listed.length; at += slice) {
      // Read, decided and applied in one go: between slices an entity may change, and what was decided before that
      // would be told over what is true now.
      const changes = listed.slice(at, at + slice).flatMap((each): CatalogChange[] => {
        const entity = store?.get(objectKey(each));
        const change = entity === undefined ? undefined : restatementOf(kind, entity);
        return change === undefined ? [] : [change];
      });
      if (changes.length > 0) {
        catalog.apply(changes);
        onSlice?.();
      }
      await eventLoop.breathe();
    }
  };
  const sweep = async (): Promise<void> => {
    while (isAskedFor) {
      isAskedFor = false;
      for (const kind of linkingKinds) await restateKind(kind);
    }
    sweeping = undefined;
  };
  return {
    told: (resource) => {
      const { kind, metadata, status } = resource;
      const next = withLosses({ kind, namespace: metadata.namespace, status }, losses);
      remember(metadata.uid, next !== status);
      return next === status || next === undefined ? resource : { ...resource, status: next };
    },
    forget: (uid) => void overlaid.delete(uid),
    set: (next) => {
      losses = next;
      isAskedFor = true;
      sweeping ??= sweep();
    },
    settled: () => sweeping ?? Promise.resolve(),
  };
}
