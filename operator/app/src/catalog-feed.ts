import type { Catalog, CatalogChange } from '@portolan/catalog';
import type { TrimmedEntity } from '@portolan/controllers';
import type { EntityKind, EntityResource } from '@portolan/crds';
import type { Informer } from '@portolan/runtime';
import type { Restatement } from './freshness/restatement.ts';

/**
 * Hands every entity change to the read model, as it may be told. Changes of one turn of the event loop are applied
 * together, so that an initial list costs one pass and a single change is readable at once.
 */
export function feedCatalog(options: {
  informers: ReadonlyMap<EntityKind, Informer<TrimmedEntity>>;
  catalog: Catalog;
  restatement: Pick<Restatement, 'told' | 'forget'>;
}): void {
  const { informers, catalog, restatement } = options;
  let pending: CatalogChange[] = [];
  const flush = (): void => {
    // What is lost may have changed since the change came.
    const changes = pending.map((change): CatalogChange => {
      if (change.type === 'upsert') return { type: 'upsert', resource: restatement.told(change.resource) };
      restatement.forget(change.uid);
      return change;
    });
    pending = [];
    catalog.apply(changes);
  };
  for (const informer of informers.values()) {
    informer.store.subscribe((change) => {
      if (pending.length === 0) setImmediate(flush);
      pending.push(
        change.type === 'deleted'
          ? { type: 'delete', uid: change.object.metadata.uid }
          : { type: 'upsert', resource: change.raw as EntityResource },
      );
    });
  }
}
