import type { FilterExpression } from '@portolan/catalog';
import { inputError, quoted } from '../errors.ts';

/** More than any client builds from a list of refs within a URL; a bound on the work one request can ask for. */
const maxConditions = 2_000;

/**
 * Parses the `filter` parameters of a GET: each value is a set of comma-separated conditions that all hold, and one
 * set must hold. A condition is `key` (exists) or `key=value`; a repeated key in a set means any of its values, and
 * `key` beside `key=value` says nothing more. Blanks around keys and values are dropped; a comma cannot be escaped.
 *
 * @returns undefined when there is no condition at all
 * @throws ApiError API_INPUT_INVALID
 */
export function parseFilter(sets: readonly string[]): FilterExpression | undefined {
  const parsed: FilterExpression[] = [];
  let count = 0;
  for (const set of sets) {
    const conditions = parseSet(set);
    count += conditions.length;
    if (count > maxConditions) {
      throw inputError(
        `Query parameter 'filter': more than ${maxConditions} conditions; use the POST form with 'query'`,
      );
    }
    const [only] = conditions;
    if (only !== undefined) {
      parsed.push(conditions.length === 1 ? only : { all: conditions });
    }
  }
  const [only] = parsed;
  return parsed.length > 1 ? { any: parsed } : only;
}

function parseSet(set: string): FilterExpression[] {
  const valuesByKey = new Map<string, string[] | undefined>();
  for (const part of set.split(',')) {
    const condition = part.trim();
    if (condition === '') {
      continue;
    }
    const equals = condition.indexOf('=');
    const key = equals === -1 ? condition : condition.slice(0, equals).trim();
    if (key === '') {
      throw inputError(`Query parameter 'filter': ${quoted(condition)} has no key; write key=value, key= or key`);
    }
    const values = valuesByKey.get(key);
    if (equals === -1) {
      valuesByKey.set(key, values);
      continue;
    }
    const value = condition.slice(equals + 1).trim();
    if (values === undefined) {
      valuesByKey.set(key, [value]);
    } else {
      values.push(value);
    }
  }
  return Array.from(valuesByKey, ([key, values]) => (values === undefined ? { key } : { key, values }));
}
