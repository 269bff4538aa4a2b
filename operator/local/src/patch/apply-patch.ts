import { equal, isArray, isObject, type Draft, type Json, type JsonObject } from '../json.ts';
import { fieldSchema, type Schema } from '../schema/schema.ts';

/**
 * Server-side apply as a forced merge. What `previous` (what the same manager applied before, as a field set) holds and
 * `applied` does not is removed, unless `others` (field sets of other managers) hold it too.
 */
export function applyPatch(
  live: JsonObject,
  applied: JsonObject,
  context: { schema?: Schema; previous?: JsonObject; others: readonly JsonObject[] },
): JsonObject {
  const { schema, previous, others } = context;
  const kept = previous === undefined ? live : removeFields(live, previous, { applied, others, schema });
  return mergeFields(kept, applied, schema);
}

/**
 * The field set of another manager without what a forced apply has taken from it: the leaves whose value it changed.
 * @param change.before the object before, `change.after` as applied
 */
export function withoutTaken(
  set: JsonObject,
  change: { before: Json | undefined; applied: Json | undefined; schema: Schema | undefined },
): JsonObject {
  const { before, applied, schema } = change;
  const kept: Draft = {};
  for (const [key, below] of Object.entries(set)) {
    if (!isObject(below)) continue;
    const child = childAt({ before, applied, schema }, key);
    const isLeaf = Object.keys(below).length === 0;
    const isTaken = isLeaf && child.applied !== undefined && !equal(child.before, child.applied);
    if (!isTaken) kept[key] = isLeaf ? below : withoutTaken(below, child);
  }
  return kept;
}

interface Change {
  before: Json | undefined;
  applied: Json | undefined;
  schema: Schema | undefined;
}

function childAt({ before, applied, schema }: Change, key: string): Change {
  if (key.startsWith('f:')) {
    const name = key.slice(2);
    const field = (value: Json | undefined): Json | undefined => (isObject(value) ? value[name] : undefined);
    return { before: field(before), applied: field(applied), schema: fieldSchema(schema, name) };
  }
  const item = (value: Json | undefined): Json | undefined =>
    isArray(value) ? value.find((each) => itemKey(each, schema) === key) : undefined;
  return key === '.'
    ? { before, applied: undefined, schema }
    : { before: item(before), applied: item(applied), schema: schema?.items };
}

/** FieldsV1 of an object: `f:` fields, `k:` list items by key, `v:` items of sets. */
export function fieldSetOf(value: JsonObject, schema: Schema | undefined): JsonObject {
  const set: Draft = {};
  for (const [name, field] of Object.entries(value)) {
    if (field !== undefined) set[`f:${name}`] = fieldSetBelow(field, fieldSchema(schema, name));
  }
  return set;
}

function fieldSetBelow(value: Json, schema: Schema | undefined): JsonObject {
  if (isObject(value) && schema?.['x-kubernetes-map-type'] !== 'atomic') return fieldSetOf(value, schema);
  if (!isArray(value)) return {};
  const entries = value.flatMap((item): [string, Json][] => {
    const key = itemKey(item, schema);
    if (key === undefined) return [];
    const below = isObject(item) ? { '.': {}, ...fieldSetOf(item, schema?.items) } : {};
    return [[key, below]];
  });
  return Object.fromEntries(entries);
}

/** How an item of a granular list is named; undefined in an atomic one. */
function itemKey(item: Json, schema: Schema | undefined): string | undefined {
  const type = schema?.['x-kubernetes-list-type'];
  if (type === 'set') return `v:${JSON.stringify(item)}`;
  if (type !== 'map' || !isObject(item)) return undefined;
  const keys = (schema?.['x-kubernetes-list-map-keys'] ?? []).toSorted();
  return `k:${JSON.stringify(Object.fromEntries(keys.map((key) => [key, item[key]])))}`;
}

function mergeFields(live: JsonObject, applied: JsonObject, schema: Schema | undefined): JsonObject {
  const result: Draft = { ...live };
  for (const [name, value] of Object.entries(applied)) {
    if (value !== undefined) result[name] = merge(result[name], value, fieldSchema(schema, name));
  }
  return result;
}

function merge(live: Json | undefined, applied: Json, schema: Schema | undefined): Json {
  if (isObject(live) && isObject(applied) && schema?.['x-kubernetes-map-type'] !== 'atomic') {
    return mergeFields(live, applied, schema);
  }
  if (!isArray(live) || !isArray(applied)) return applied;
  const type = schema?.['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return applied;
  const pending = new Map(applied.map((item) => [itemKey(item, schema), item]));
  const merged = live.map((item) => {
    const key = itemKey(item, schema);
    const change = pending.get(key);
    pending.delete(key);
    return change === undefined ? item : merge(item, change, schema?.items);
  });
  return [...merged, ...pending.values()];
}

interface Removal {
  applied: Json | undefined;
  others: readonly JsonObject[];
  schema: Schema | undefined;
}

function removeFields(live: JsonObject, previous: JsonObject, context: Removal): JsonObject {
  const result: Draft = { ...live };
  for (const [name, value] of Object.entries(live)) {
    const key = `f:${name}`;
    const before = previous[key];
    if (value === undefined || !isObject(before)) continue;
    const kept = removeBelow(value, before, {
      applied: isObject(context.applied) ? context.applied[name] : undefined,
      others: context.others.flatMap((other) => fieldsIn(other, key)),
      schema: fieldSchema(context.schema, name),
    });
    if (kept === undefined) delete result[name];
    else result[name] = kept;
  }
  return result;
}

/** What remains of a value that its manager held before; undefined when nothing does. */
function removeBelow(value: Json, before: JsonObject, context: Removal): Json | undefined {
  const isLeaf = Object.keys(before).every((key) => key === '.');
  if (isLeaf) return context.applied === undefined && context.others.length === 0 ? undefined : value;
  if (isObject(value)) {
    const kept = removeFields(value, before, context);
    const isGone = Object.keys(kept).length === 0 && context.applied === undefined && context.others.length === 0;
    return isGone ? undefined : kept;
  }
  if (!isArray(value)) return value;
  const items = isArray(context.applied) ? context.applied : [];
  const kept = value.filter((item) => {
    const key = itemKey(item, context.schema);
    if (key === undefined || before[key] === undefined) return true;
    const isApplied = items.some((each) => itemKey(each, context.schema) === key);
    return isApplied || context.others.some((other) => other[key] !== undefined);
  });
  const isGone = kept.length === 0 && context.applied === undefined && context.others.length === 0;
  return isGone ? undefined : equal(kept, value) ? value : kept;
}

function fieldsIn(set: JsonObject, key: string): JsonObject[] {
  const found = set[key];
  return isObject(found) ? [found] : [];
}
