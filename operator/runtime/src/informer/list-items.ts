const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Takes the bytes of a List apart, item by item, so that a page of 8 MiB is never parsed in one go: it would block the
 * event loop for as long as 100 ms, and be in memory three times. Gives each item when it is asked for, and at the end
 * the List without its items: `items` is empty where the List has some, and as sent where it is no array.
 *
 * @throws {SyntaxError} where the bytes are no JSON object; what came before has been given by then
 */
export function* listItems(bytes: Buffer): Generator<unknown, unknown> {
  let at = skipSpace(bytes, 0);
  expectByte(bytes, at, openBrace);
  at = skipSpace(bytes, at + 1);
  let itemsFrom = 0;
  let itemsTo = 0;
  while (bytes[at] !== closeBrace) {
    expectByte(bytes, at, quote);
    const keyEnd = skipText(bytes, at);
    const key: unknown = JSON.parse(bytes.toString('utf8', at, keyEnd));
    at = skipSpace(bytes, keyEnd);
    expectByte(bytes, at, colon);
    at = skipSpace(bytes, at + 1);
    if (key === 'items' && bytes[at] === openBracket) {
      if (itemsTo > 0) throw new SyntaxError('a List has items twice');
      itemsFrom = at;
      at = yield* elements(bytes, at + 1);
      itemsTo = at;
    } else {
      at = skipValue(bytes, at);
    }
    at = skipSpace(bytes, at);
    if (bytes[at] === comma) at = skipSpace(bytes, at + 1);
    else expectByte(bytes, at, closeBrace);
  }
  const isListed = itemsTo > 0;
  const before = isListed ? `${bytes.toString('utf8', 0, itemsFrom)}[]` : '';
  // Also finds what the scan lets pass, such as a comma too many or text after the end.
  return JSON.parse(`${before}${bytes.toString('utf8', itemsTo)}`);
}

/** The elements of an array from behind its bracket; gives the position after its end. */
function* elements(bytes: Buffer, from: number): Generator<unknown, number> {
  let at = skipSpace(bytes, from);
  if (bytes[at] === closeBracket) return at + 1;
  for (;;) {
    const end = skipValue(bytes, at);
    yield JSON.parse(bytes.toString('utf8', at, end));
    at = skipSpace(bytes, end);
    if (bytes[at] === closeBracket) return at + 1;
    expectByte(bytes, at, comma);
    at = skipSpace(bytes, at + 1);
  }
}

/** The position after a value. That it is well formed within is for JSON.parse to say. */
function skipValue(bytes: Buffer, from: number): number {
  const first = bytes[from];
  if (first === quote) return skipText(bytes, from);
  let at = from;
  if (first !== openBrace && first !== openBracket) {
    while (at < bytes.length && !endsScalar(bytes[at])) at += 1;
    return at;
  }
  for (let depth = 0; at < bytes.length;) {
    const byte = bytes[at];
    if (byte === quote) {
      at = skipText(bytes, at);
      continue;
    }
    at += 1;
    if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  throw new SyntaxError('JSON ends within a value');
}

/** The position after a text that begins at `from` with its quote. */
function skipText(bytes: Buffer, from: number): number {
  for (let at = from + 1; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === backslash) at += 1;
  }
  throw new SyntaxError('JSON ends within a text');
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at += 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function endsScalar(byte: number | undefined): boolean {
  return byte === comma || byte === closeBrace || byte === closeBracket || isSpace(byte);
}

function expectByte(bytes: Buffer, at: number, wanted: number): void {
  if (bytes[at] !== wanted) throw new SyntaxError(`no JSON of a List: at byte ${at}`);
}
