import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

/** From this size in bytes on the JSON is held compressed: definitions are long texts that few callers read. */
const compressedFrom = 32 * 1024;

/** The JSON of an entity in UTF-8, in two parts with room for the relations between them. */
export interface EntityBytes {
  readonly held: Buffer;
  /** Length of the first part. */
  readonly split: number;
  readonly isCompressed: boolean;
}

export function holdBytes(head: string, tail: string): EntityBytes {
  const whole = unpooled(head + tail);
  const split = Buffer.byteLength(head);
  if (whole.length < compressedFrom) {
    return { held: whole, split, isCompressed: false };
  }
  return { held: deflateRawSync(whole, { level: constants.Z_BEST_SPEED }), split, isCompressed: true };
}

/** The same JSON with another second part. */
export function withTail({ held, split, isCompressed }: EntityBytes, tail: string): EntityBytes {
  const whole = isCompressed ? inflateRawSync(held) : held;
  return holdBytes(whole.subarray(0, split).toString(), tail);
}

export function isSameBytes(a: EntityBytes, b: EntityBytes): boolean {
  return a.split === b.split && a.isCompressed === b.isCompressed && a.held.equals(b.held);
}

const rollupKey = Buffer.from('"rollup":');
const comma = Buffer.from(',');
/** The ends of our status, of all status and of the entity. */
const closing = '}}}'.length;
const openBrace = 0x7b;

/** The whole JSON, with these relations, and with a roll-up as the last of our status where there is one. */
export function joinBytes(bytes: EntityBytes, relations: Buffer, rollup?: Buffer): Buffer {
  const { held, split, isCompressed } = bytes;
  const whole = isCompressed ? inflateRawSync(held) : held;
  const head = whole.subarray(0, split);
  if (rollup === undefined) {
    return Buffer.concat([head, relations, whole.subarray(split)], whole.length + relations.length);
  }
  const end = whole.length - closing;
  const isEmpty = whole[end - 1] === openBrace;
  const separators = isEmpty ? [rollupKey] : [comma, rollupKey];
  return Buffer.concat([head, relations, whole.subarray(split, end), ...separators, rollup, whole.subarray(end)]);
}

/**
 * A text as UTF-8 in memory of its own. Small buffers usually share slabs, and a slab stays until the last of them
 * goes: with entities that change at different times most of the memory would be held for nothing.
 */
export function unpooled(text: string): Buffer {
  const buffer = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  buffer.write(text);
  return buffer;
}
