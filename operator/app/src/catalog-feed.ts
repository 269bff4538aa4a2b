import type { Catalog, CatalogChange } from '@portolan/catalog';
import type { EntityKind, EntityResource } from '@portolan/crds';
import type { TrimmedEntity } from '@portolan/controllers';
import type { Informer } from '@portolan/runtime';

/**
 * Hands every entity change to the read model. Changes of one turn of the event loop are applied together, so that an
 * initial list costs one pass and a single change is readable at once.
 */
export function feedCatalog(options: {
  informers: ReadonlyMap<EntityKind, Informer<TrimmedEntity>>;
  catalog: Catalog;
}): void {
  const { informers, catalog } = options;
  let pending: CatalogChange[] = [];
  const flush = (): void => {
    const changes = pending;
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
