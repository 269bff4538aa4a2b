export { createCatalog } from './catalog.ts';
export { CatalogError, type CatalogErrorCode } from './errors.ts';
export type * from './model.ts';
