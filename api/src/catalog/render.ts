import type { Catalog, EntityId } from '@portolan/catalog';
import { inputError } from '../errors.ts';
import type { Projection } from './fields.ts';

const nothing = Buffer.from('null');

/**
 * Largest answer in bytes. A catalog of 100,000 usual entities fits; 100 KiB of repeated refs to an API with a large
 * definition would not, and must not take the process down.
 */
export const maxAnswerBytes = 256 * 1024 * 1024;

/**
 * The bytes of the entities of an answer: as the catalog holds them, or only the asked parts; `null` for undefined.
 * An entity that is asked for several times is rendered once.
 *
 * @throws ApiError API_ANSWER_TOO_LARGE as soon as the sum is over the limit
 */
export function renderEntities(options: {
  catalog: Catalog;
  ids: readonly (EntityId | undefined)[];
  fields: Projection | undefined;
  maxBytes?: number;
}): Buffer[] {
  const { catalog, ids, fields, maxBytes = maxAnswerBytes } = options;
  const rendered = new Map<EntityId | undefined, Buffer>([[undefined, nothing]]);
  let size = 0;
  return ids.map((id) => {
    let bytes = rendered.get(id);
    if (bytes === undefined) {
      bytes = id === undefined ? nothing : render(catalog, id, fields);
      rendered.set(id, bytes);
    }
    size += bytes.length;
    if (size > maxBytes) {
      throw inputError(`The answer is larger than ${maxBytes} bytes; ask for less at once`, 'API_ANSWER_TOO_LARGE');
    }
    return bytes;
  });
}

function render(catalog: Catalog, id: EntityId, fields: Projection | undefined): Buffer {
  return fields === undefined ? catalog.bytes(id) : Buffer.from(JSON.stringify(fields(catalog.entity(id))));
}
