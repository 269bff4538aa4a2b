import type { Cause } from '../errors.ts';
import { equal, isArray, isObject, type Json, type JsonObject } from '../json.ts';
import { formatFault } from './formats.ts';
import type { Schema } from './schema.ts';

type FieldCause = Required<Cause>;

/** What is wrong with a value by its schema, in the API server's words where it has some. Without CEL rules. */
export function validate(value: Json, schema: Schema, path = ''): FieldCause[] {
  const causes: FieldCause[] = [];
  check(value, schema, { path, causes });
  return causes;
}

interface Place {
  path: string;
  causes: FieldCause[];
}

function check(value: Json, schema: Schema, place: Place): void {
  if (value === null && schema.nullable === true) return;
  if (!hasType(value, schema)) {
    const must = schema.type ?? 'integer or string';
    report(
      place,
      'FieldValueTypeInvalid',
      `Invalid value: "${typeName(value)}": ${place.path} in body must be of type ${must}: "${typeName(value)}"`,
    );
    return;
  }
  if (schema.enum !== undefined && !schema.enum.some((each) => equal(each, value))) {
    const supported = schema.enum.map((each) => JSON.stringify(each)).join(', ');
    report(place, 'FieldValueNotSupported', `Unsupported value: ${shown(value)}: supported values: ${supported}`);
  }
  if (typeof value === 'string') checkString(value, schema, place);
  else if (typeof value === 'number') checkNumber(value, schema, place);
  else if (isArray(value)) checkList(value, schema, place);
  else if (isObject(value)) checkFields(value, schema, place);
  checkCombinations(value, schema, place);
}

function checkString(value: string, schema: Schema, place: Place): void {
  // The API server counts code points.
  const length = /[\uD800-\uDFFF]/.test(value) ? Array.from(value).length : value.length;
  if (schema.minLength !== undefined && length < schema.minLength) {
    wrong(place, value, `should be at least ${schema.minLength} chars long`);
  }
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    report(place, 'FieldValueTooLong', `Too long: may not be more than ${schema.maxLength} bytes`);
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    wrong(place, value, `should match '${schema.pattern}'`);
  }
  const fault = schema.format === undefined ? undefined : formatFault(value, schema.format);
  if (fault !== undefined) {
    report(place, 'FieldValueTypeInvalid', `Invalid value: ${shown(value)}: ${place.path} in body ${fault}`);
  }
}

function checkNumber(value: number, schema: Schema, place: Place): void {
  const { minimum, maximum, multipleOf } = schema;
  const low = schema.exclusiveMinimum === true;
  const high = schema.exclusiveMaximum === true;
  if (minimum !== undefined && (low ? value <= minimum : value < minimum)) {
    wrong(place, value, `should be greater than ${low ? '' : 'or equal to '}${minimum}`);
  }
  if (maximum !== undefined && (high ? value >= maximum : value > maximum)) {
    wrong(place, value, `should be less than ${high ? '' : 'or equal to '}${maximum}`);
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    wrong(place, value, `should be a multiple of ${multipleOf}`);
  }
}

function checkList(value: readonly Json[], schema: Schema, place: Place): void {
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    wrong(place, value.length, `should have at least ${schema.minItems} items`);
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    report(place, 'FieldValueTooMany', `Too many: ${value.length}: must have at most ${schema.maxItems} items`);
  }
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const path = `${place.path}[${index}]`;
    const identity = identityOf(item, schema);
    if (identity !== undefined && seen.has(identity)) {
      report({ ...place, path }, 'FieldValueDuplicate', `Duplicate value: ${identity}`);
    }
    if (identity !== undefined) seen.add(identity);
    if (schema.items !== undefined) check(item, schema.items, { ...place, path });
  }
}

/** What must be unique in a list of type set or map; undefined in other lists. */
function identityOf(item: Json, schema: Schema): string | undefined {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return JSON.stringify(item);
    case 'map': {
      if (!isObject(item)) return undefined;
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      return JSON.stringify(Object.fromEntries(keys.map((key) => [key, item[key]])));
    }
    default:
      return undefined;
  }
}

function checkFields(value: JsonObject, schema: Schema, place: Place): void {
  const below = (name: string): Place => ({ ...place, path: place.path === '' ? name : `${place.path}.${name}` });
  for (const name of schema.required ?? []) {
    if (value[name] === undefined) report(below(name), 'FieldValueRequired', 'Required value');
  }
  const fields = Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  if (schema.minProperties !== undefined && fields.length < schema.minProperties) {
    wrong(place, fields.length, `should have at least ${schema.minProperties} properties`);
  }
  if (schema.maxProperties !== undefined && fields.length > schema.maxProperties) {
    report(place, 'FieldValueTooMany', `Too many: ${fields.length}: must have at most ${schema.maxProperties} items`);
  }
  for (const [name, field] of fields) {
    const declared = schema.properties;
    const others = schema.additionalProperties;
    if (declared !== undefined && Object.hasOwn(declared, name)) {
      const ofField = declared[name];
      // An optional field that says null is dropped by the API server before it validates.
      if (ofField !== undefined) check(field, ofField, below(name));
    } else if (typeof others === 'object') check(field, others, { ...place, path: `${place.path}.${name}` });
  }
}

function checkCombinations(value: Json, schema: Schema, place: Place): void {
  const isMet = (each: Schema): boolean => validate(value, each, place.path).length === 0;
  for (const each of schema.allOf ?? []) check(value, each, place);
  if (schema.anyOf !== undefined && !schema.anyOf.some(isMet)) {
    wrong(place, value, 'must validate at least one schema (anyOf)');
  }
  if (schema.oneOf !== undefined && schema.oneOf.filter(isMet).length !== 1) {
    wrong(place, value, 'must validate one and only one schema (oneOf)');
  }
  if (schema.not !== undefined && isMet(schema.not)) wrong(place, value, 'must not validate the schema (not)');
}

function hasType(value: Json, schema: Schema): boolean {
  if (schema['x-kubernetes-int-or-string'] === true) return typeof value === 'string' || Number.isInteger(value);
  switch (schema.type) {
    case undefined:
      return true;
    case 'object':
      return isObject(value);
    case 'array':
      return isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    default:
      return typeof value === schema.type;
  }
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (isArray(value)) return 'array';
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;
}

function shown(value: Json): string {
  return isObject(value) || isArray(value)
    ? JSON.stringify(value)
    : typeof value === 'string'
      ? JSON.stringify(value)
      : String(value);
}

function wrong(place: Place, value: Json, what: string): void {
  report(place, 'FieldValueInvalid', `Invalid value: ${shown(value)}: ${place.path} in body ${what}`);
}

function report({ path, causes }: Place, reason: string, message: string): void {
  causes.push({ reason, message, field: path === '' ? '<nil>' : path });
}
