import type { Catalog, CatalogEntity, EntityId } from '@portolan/catalog';

/** Reads of one page: each entity is parsed at most once. */
export interface EntityLookup {
  readonly catalog: Catalog;
  byRef(ref: string): CatalogEntity | undefined;
  byId(id: EntityId): CatalogEntity;
}

export function createEntityLookup(catalog: Catalog): EntityLookup {
  const parsed = new Map<EntityId, CatalogEntity>();
  const byId = (id: EntityId): CatalogEntity => {
    const known = parsed.get(id);
    if (known !== undefined) return known;
    const entity = catalog.entity(id);
    parsed.set(id, entity);
    return entity;
  };
  return {
    catalog,
    byId,
    byRef: (ref) => {
      const id = catalog.byRef(ref);
      return id === undefined ? undefined : byId(id);
    },
  };
}
