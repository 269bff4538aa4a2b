import { isArray, isObject, type Draft, type Json, type JsonObject } from '../json.ts';
import { fieldSchema, type Schema } from './schema.ts';

/** Fills absent fields with the defaults of a schema, from the outside in: a default may hold fields with defaults. */
export function withDefaults(object: JsonObject, schema: Schema): JsonObject {
  return fill(object, schema) as JsonObject;
}

function fill(value: Json, schema: Schema | undefined): Json {
  if (schema === undefined) return value;
  if (isArray(value)) return value.map((item) => fill(item, schema.items));
  if (!isObject(value)) return value;
  const filled: Draft = { ...value };
  for (const [name, declared] of Object.entries(schema.properties ?? {})) {
    const present = filled[name];
    const isNullToDefault = present === null && declared.nullable !== true && declared.default !== undefined;
    if ((present === undefined || isNullToDefault) && declared.default !== undefined) filled[name] = declared.default;
  }
  for (const [name, field] of Object.entries(filled)) {
    if (field !== undefined) filled[name] = fill(field, fieldSchema(schema, name));
  }
  return filled;
}
