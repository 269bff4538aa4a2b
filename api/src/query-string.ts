/** What a query string holds: a repeated key gives an array. No prototype, so `__proto__` is a key like any other. */
export type QueryValues = Record<string, string | string[]>;

/** A malformed escape leaves the text as it is: a client of the catalog sends a newline as `%A`. */
function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) {
    return spaced;
  }
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** Parses a query string (without `?`). Never throws; its length is bounded by {@link maxUrlLength}. */
export function parseQueryString(text: string): QueryValues {
  const values = Object.create(null) as QueryValues;
  if (text === '') {
    return values;
  }
  for (const pair of text.split('&')) {
    if (pair === '') {
      continue;
    }
    const equals = pair.indexOf('=');
    const key = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1));
    const held = values[key];
    if (held === undefined) {
      values[key] = value;
    } else if (typeof held === 'string') {
      values[key] = [held, value];
    } else {
      held.push(value);
    }
  }
  return values;
}

/** Longest URL in characters: Node's own default limit for all headers together. */
export const maxUrlLength = 16 * 1024;
