import { CatalogError } from './errors.ts';
import type { Catalog, CatalogOptions } from './model.ts';

/** Creates the read model. */
export function createCatalog(options: CatalogOptions = {}): Catalog {
  throw new CatalogError('CATALOG_UNKNOWN_ENTITY', `not built yet: ${JSON.stringify(options)}`);
}
