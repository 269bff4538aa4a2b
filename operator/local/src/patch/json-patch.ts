import { equal, isArray, isObject, type Json } from '../json.ts';

/** Why a patch cannot be applied: it is none, or it does not fit the object. */
export class PatchError extends Error {
  readonly code: 'PATCH_MALFORMED' | 'PATCH_FAILED';

  constructor(code: PatchError['code'], message: string) {
    super(message);
    this.name = 'PatchError';
    this.code = code;
  }
}

/**
 * RFC 6902.
 * @throws {PatchError} `PATCH_MALFORMED` when it is no list of operations; `PATCH_FAILED` when a path does not exist or a
 *   test fails
 */
export function jsonPatch(target: Json, patch: Json): Json {
  if (!isArray(patch)) throw new PatchError('PATCH_MALFORMED', 'a JSON patch must be a list of operations');
  return patch.reduce<Json>(applyOperation, target);
}

function applyOperation(document: Json, operation: Json): Json {
  if (!isObject(operation)) throw new PatchError('PATCH_MALFORMED', 'an operation must be an object');
  const path = pointer(operation['path']);
  switch (operation['op']) {
    case 'add':
      return add(document, path, valueOf(operation['value']));
    case 'remove':
      read(document, path);
      return edit(document, path, () => undefined);
    case 'replace':
      read(document, path);
      return edit(document, path, () => valueOf(operation['value']));
    case 'move': {
      const from = pointer(operation['from']);
      const value = read(document, from);
      return add(
        edit(document, from, () => undefined),
        path,
        value,
      );
    }
    case 'copy':
      return add(document, path, read(document, pointer(operation['from'])));
    case 'test':
      if (!equal(read(document, path), operation['value'] ?? null)) {
        throw new PatchError('PATCH_FAILED', `testing value /${path.join('/')} failed`);
      }
      return document;
    default:
      throw new PatchError('PATCH_MALFORMED', `unexpected kind of operation: ${JSON.stringify(operation['op'])}`);
  }
}

function valueOf(value: Json | undefined): Json {
  return value ?? null;
}

function pointer(text: Json | undefined): readonly string[] {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) {
    throw new PatchError('PATCH_MALFORMED', 'a path must be a JSON pointer');
  }
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: Json, path: readonly string[]): Json {
  let found: Json | undefined = document;
  for (const part of path) {
    if (isArray(found)) found = found[indexOf(part, found.length - 1)];
    else found = isObject(found) && Object.hasOwn(found, part) ? found[part] : undefined;
    if (found === undefined) throw missing(path);
  }
  return found ?? null;
}

function add(document: Json, path: readonly string[], value: Json): Json {
  const parent = path.slice(0, -1);
  const last = path.at(-1);
  if (last === undefined) return value;
  const container = read(document, parent);
  if (!isArray(container)) {
    if (!isObject(container)) throw missing(path);
    return edit(document, path, () => value);
  }
  const index = last === '-' ? container.length : indexOf(last, container.length);
  return edit(document, parent, () => container.toSpliced(index, 0, value));
}

/** The document with the value at a path replaced; undefined removes it. */
function edit(document: Json, path: readonly string[], change: () => Json | undefined): Json {
  const [first, ...rest] = path;
  if (first === undefined) return change() ?? null;
  if (isArray(document)) {
    const index = indexOf(first, document.length - 1);
    const child = rest.length === 0 ? change() : edit(document[index] ?? null, rest, change);
    return child === undefined ? document.toSpliced(index, 1) : document.with(index, child);
  }
  if (!isObject(document)) throw missing(path);
  const child = rest.length === 0 ? change() : edit(document[first] ?? null, rest, change);
  const { [first]: _replaced, ...others } = document;
  return child === undefined ? others : { ...document, [first]: child };
}

function indexOf(part: string, highest: number): number {
  const index = /^(0|[1-9]\d*)$/.test(part) ? Number(part) : -1;
  if (index < 0 || index > highest) throw new PatchError('PATCH_FAILED', `index ${part} is out of bounds`);
  return index;
}

function missing(path: readonly string[]): PatchError {
  return new PatchError('PATCH_FAILED', `doc is missing path: "/${path.join('/')}"`);
}
