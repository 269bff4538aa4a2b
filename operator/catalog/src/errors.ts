/** Stable codes of this package. `CATALOG_UNKNOWN_ENTITY`: an id that no entity has (any more), or none that the caller may see. */
export type CatalogErrorCode = 'CATALOG_UNKNOWN_ENTITY';

/** A wrong call; data never throws. */
export class CatalogError extends Error {
  readonly code: CatalogErrorCode;

  constructor(code: CatalogErrorCode, message: string) {
    super(message);
    this.name = 'CatalogError';
    this.code = code;
  }
}
