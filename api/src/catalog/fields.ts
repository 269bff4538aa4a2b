import { inputError, quoted } from '../errors.ts';

type Json = Record<string, unknown>;

/** Bounds the work per entity; clients ask for a handful. */
const maxFields = 200;

/** Leaves only the asked parts of an entity. */
export type Projection = (entity: object) => Json;

/**
 * Compiles `fields`: dot paths, several per text when separated by commas. A key that holds dots itself
 * (`metadata.annotations.backstage.io/orphan`) is found by trying ever longer keys. What an entity lacks is left out;
 * arrays are taken whole.
 *
 * @param name names the parameter in messages
 * @returns undefined when there is no path at all: then the whole entity is meant
 * @throws ApiError API_INPUT_INVALID
 */
export function parseFields(texts: readonly string[] | undefined, name: string): Projection | undefined {
  const paths = (texts ?? []).flatMap((text) => text.split(',')).map((path) => path.trim());
  const asked = [...new Set(paths.filter((path) => path !== ''))];
  if (asked.length === 0) {
    return undefined;
  }
  if (asked.length > maxFields) {
    throw inputError(`${name}: more than ${maxFields} paths; leave it out to get whole entities`);
  }
  const bad = asked.find((path) => path.includes('[') || path.length > 1_024);
  if (bad !== undefined) {
    throw inputError(`${name}: ${quoted(bad)} is not a dot path; elements of lists cannot be chosen`);
  }
  return (entity) => project(entity, asked);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function project(entity: object, paths: readonly string[]): Json {
  const output = blank();
  // Objects made here, as opposed to whole values taken over from the entity, which must not be written to.
  const own = new Set<unknown>([output]);
  for (const path of paths) {
    const keys = resolve(entity, path);
    if (keys !== undefined) {
      copy({ from: entity, to: output, keys, own });
    }
  }
  return output;
}

/** No prototype, so that a key `__proto__` of an entity stays a key. */
function blank(): Json {
  return Object.create(null) as Json;
}

/** The keys along which the path leads to a value, shortest keys first. */
function resolve(value: unknown, path: string): string[] | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const key = path.slice(0, dot);
    const rest = Object.hasOwn(value, key) ? resolve(value[key], path.slice(dot + 1)) : undefined;
    if (rest !== undefined) {
      return [key, ...rest];
    }
  }
  return Object.hasOwn(value, path) && value[path] !== undefined ? [path] : undefined;
}

function copy(options: { from: unknown; to: Json; keys: readonly string[]; own: Set<unknown> }): void {
  const { keys, own } = options;
  let { from, to } = options;
  for (const [index, key] of keys.entries()) {
    const value = isObject(from) ? from[key] : undefined;
    if (index === keys.length - 1) {
      to[key] = value;
      return;
    }
    const held = to[key];
    if (held !== undefined && !own.has(held)) {
      return; // An ancestor was taken whole.
    }
    const next = isObject(held) ? held : blank();
    own.add(next);
    to[key] = next;
    from = value;
    to = next;
  }
}
