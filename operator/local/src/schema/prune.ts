import { isArray, isObject, type Draft, type Json, type JsonObject } from '../json.ts';
import { fieldSchema, type Schema } from './schema.ts';

/**
 * Removes the fields that a schema does not declare. `apiVersion`, `kind` and `metadata` of the root stay whatever it
 * says.
 * @returns the object, and the paths of what was removed, such as `spec.links[0].colour`
 */
export function pruneObject(object: JsonObject, schema: Schema): { object: JsonObject; removed: readonly string[] } {
  const removed: string[] = [];
  const { apiVersion, kind, metadata, ...rest } = object;
  const pruned = pruneFields(rest, schema, { path: '', removed, preserve: false });
  const identity = { apiVersion, kind, metadata };
  return {
    object: { ...Object.fromEntries(Object.entries(identity).filter(([, value]) => value !== undefined)), ...pruned },
    removed,
  };
}

interface Place {
  path: string;
  removed: string[];
  /** Below `x-kubernetes-preserve-unknown-fields`. */
  preserve: boolean;
}

function prune(value: Json, schema: Schema | undefined, place: Place): Json {
  if (isArray(value)) {
    const items = schema?.items;
    return value.map((item, index) => prune(item, items, { ...place, path: `${place.path}[${index}]` }));
  }
  return isObject(value) ? pruneFields(value, schema, place) : value;
}

function pruneFields(value: JsonObject, schema: Schema | undefined, place: Place): JsonObject {
  // What is undeclared below a preserving node is preserved all the way down; a declared part decides for itself.
  const preserve =
    schema === undefined || Object.keys(schema).length === 0
      ? place.preserve
      : schema['x-kubernetes-preserve-unknown-fields'] === true;
  const kept: Draft = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    const path = place.path === '' ? name : `${place.path}.${name}`;
    const declared = fieldSchema(schema, name);
    const isEmbeddedIdentity =
      schema?.['x-kubernetes-embedded-resource'] === true && ['apiVersion', 'kind', 'metadata'].includes(name);
    if (declared !== undefined) kept[name] = prune(field, declared, { ...place, path, preserve: false });
    else if (preserve || isEmbeddedIdentity || schema?.additionalProperties === true) {
      kept[name] = prune(field, undefined, { ...place, path, preserve: true });
    } else place.removed.push(path);
  }
  return kept;
}
