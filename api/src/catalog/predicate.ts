/**
 * The `query` of a POST (Backstage's filter predicates) to and from a filter expression. Written by hand rather than
 * as a schema: a recursive union cannot say which operator of which key is wrong.
 */
import type { FilterExpression } from '@portolan/catalog';
import { inputError, quoted } from '../errors.ts';

/** Deeper than any query a person writes; keeps the recursion here and in the catalog shallow. */
const maxDepth = 32;
/** Conditions and combinators; the body limit alone would allow some 15,000. */
const maxNodes = 5_000;

type Json = Record<string, unknown>;

const never: FilterExpression = { any: [] };

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPrimitive(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function invalid(path: string, fix: string): Error {
  return inputError(`Body field '${path}': ${fix}`);
}

interface State {
  nodes: number;
}

/**
 * Parses a predicate. `{}` and `{$all: []}` are true, `{$any: []}` is false.
 *
 * @throws ApiError API_INPUT_INVALID naming the place in the body
 */
export function parsePredicate(value: unknown): FilterExpression {
  return parseNode(value, 'query', { depth: 0, state: { nodes: 0 } });
}

function count(state: State): void {
  if (++state.nodes > maxNodes) {
    throw inputError(`Body field 'query': more than ${maxNodes} conditions; split the query`);
  }
}

interface Place {
  depth: number;
  state: State;
}

function parseNode(value: unknown, path: string, place: Place): FilterExpression {
  if (!isObject(value)) {
    throw invalid(path, 'must be an object, for example {"kind": "Component"}');
  }
  const keys = Object.keys(value);
  const operator = keys.find((key) => key.startsWith('$'));
  // Counted like this, an expression and its formatted form weigh the same: a cursor is never refused for its size.
  if (operator !== undefined || keys.length !== 1) {
    count(place.state);
    if (place.depth >= maxDepth) {
      throw inputError(`Body field 'query': nested deeper than ${maxDepth} levels`);
    }
  }
  const inner = { depth: place.depth + 1, state: place.state };
  if (operator === undefined) {
    const conditions = keys.map((key) => parseCondition(key, value[key], { path, place: inner }));
    const [only] = conditions;
    return conditions.length === 1 && only !== undefined ? only : { all: conditions };
  }
  if (keys.length > 1) {
    throw invalid(path, `${quoted(operator)} must be the only key; combine conditions with $all`);
  }
  switch (operator) {
    case '$all':
      return { all: parseList(value[operator], `${path}.$all`, inner) };
    case '$any':
      return { any: parseList(value[operator], `${path}.$any`, inner) };
    case '$not':
      return { not: parseNode(value[operator], `${path}.$not`, inner) };
    default:
      throw invalid(path, `unknown operator ${quoted(operator)}; use $all, $any, $not or field paths`);
  }
}

function parseList(value: unknown, path: string, place: Place): FilterExpression[] {
  if (!Array.isArray(value)) {
    throw invalid(path, 'must be a list of predicates');
  }
  return value.map((item: unknown, index) => parseNode(item, `${path}[${index}]`, place));
}

function parseCondition(key: string, value: unknown, at: { path: string; place: Place }): FilterExpression {
  const path = `${at.path}[${quoted(key)}]`;
  count(at.place.state);
  if (isPrimitive(value)) {
    return { key, values: [String(value)] };
  }
  if (!isObject(value)) {
    throw invalid(path, 'must be a string, number, boolean or an operator like {"$in": […]}');
  }
  return parseOperator(key, value, path);
}

/** Several operators in one value: the first in this order counts, as in the backend our clients know. */
function parseOperator(key: string, value: Json, path: string): FilterExpression {
  if (Object.hasOwn(value, '$exists')) {
    if (typeof value['$exists'] !== 'boolean') {
      throw invalid(`${path}.$exists`, 'must be true or false');
    }
    return value['$exists'] ? { key } : { not: { key } };
  }
  if (Object.hasOwn(value, '$in')) {
    const values = value['$in'];
    if (!Array.isArray(values) || !values.every(isPrimitive)) {
      throw invalid(`${path}.$in`, 'must be a list of strings, numbers or booleans');
    }
    return values.length === 0 ? never : { key, values: values.map(String) };
  }
  if (Object.hasOwn(value, '$contains')) {
    return parseContains(key, value['$contains'], `${path}.$contains`);
  }
  if (Object.hasOwn(value, '$hasPrefix')) {
    if (typeof value['$hasPrefix'] !== 'string') {
      throw invalid(`${path}.$hasPrefix`, 'must be a string');
    }
    return { key, prefix: value['$hasPrefix'] };
  }
  throw invalid(path, 'must hold one of $exists, $in, $contains, $hasPrefix');
}

function parseContains(key: string, value: unknown, path: string): FilterExpression {
  if (isPrimitive(value)) {
    return { key, values: [String(value)] };
  }
  if (!isObject(value) || key.toLowerCase() !== 'relations') {
    throw invalid(path, 'must be a string, number or boolean; an object is possible for relations only');
  }
  const { type, targetRef, ...rest } = value;
  const [unknown] = Object.keys(rest);
  if (typeof type !== 'string' || type === '' || unknown !== undefined) {
    throw invalid(path, 'must be {"type": "ownedBy"}, with "targetRef" at will and nothing else');
  }
  if (targetRef === undefined) {
    return { relation: { type } };
  }
  const refs: unknown = isObject(targetRef) && Object.keys(targetRef).length === 1 ? targetRef['$in'] : [targetRef];
  if (!Array.isArray(refs) || !refs.every((ref) => typeof ref === 'string')) {
    throw invalid(`${path}.targetRef`, 'must be a ref like "group:default/team" or {"$in": [refs]}');
  }
  return refs.length === 0 ? never : { relation: { type, targetRefs: refs } };
}

/** The predicate that parses to an equal expression; cursors carry the filter of the first page in this form. */
export function formatPredicate(expression: FilterExpression): Json {
  if ('all' in expression) {
    return { $all: expression.all.map(formatPredicate) };
  }
  if ('any' in expression) {
    return { $any: expression.any.map(formatPredicate) };
  }
  if ('not' in expression) {
    const { not } = expression;
    if ('key' in not && !('prefix' in not) && not.values === undefined && !not.key.startsWith('$')) {
      return ownKey(not.key, { $exists: false });
    }
    return { $not: formatPredicate(not) };
  }
  if ('relation' in expression) {
    const { type, targetRefs } = expression.relation;
    const target = targetRefs?.length === 1 ? targetRefs[0] : targetRefs && { $in: targetRefs };
    return { relations: { $contains: { type, ...(target !== undefined && { targetRef: target }) } } };
  }
  const { key } = expression;
  if (key.startsWith('$')) {
    // Reads as an operator; no path of an entity starts like this, so it matches nothing.
    return { $any: [] };
  }
  if ('prefix' in expression) {
    return ownKey(key, { $hasPrefix: expression.prefix });
  }
  const { values } = expression;
  if (values === undefined) {
    return ownKey(key, { $exists: true });
  }
  return ownKey(key, values.length === 1 ? values[0] : { $in: values });
}

/** A computed key, so that `__proto__` becomes a property and not the prototype. */
function ownKey(key: string, value: unknown): Json {
  return { [key]: value };
}
