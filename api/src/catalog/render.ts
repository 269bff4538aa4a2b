import type { Catalog, EntityId } from '@portolan/catalog';
import type { Projection } from './fields.ts';

const nothing = Buffer.from('null');

/** The bytes of one entity in an answer: as the catalog holds them, or only the asked parts. */
export function renderEntity(catalog: Catalog, id: EntityId | undefined, fields: Projection | undefined): Buffer {
  if (id === undefined) {
    return nothing;
  }
  return fields === undefined ? catalog.bytes(id) : Buffer.from(JSON.stringify(fields(catalog.entity(id))));
}
