import { z } from 'zod';
import { isWithin, refMaxLength } from './lengths.ts';

/**
 * Building blocks of the specs. Everything is bounded, because the API server estimates the cost of a rule from the
 * bounds and refuses a CRD without them; lengths count code points, as the API server counts them.
 */

/** A string of `min` to `max` code points. JavaScript's own length counts a character outside the BMP twice. */
export function text(max: number, min = 0): z.ZodString {
  return z
    .string()
    .min(min)
    .refine((value) => isWithin(value, max), `must have at most ${max} characters`)
    .meta({ maxLength: max }) as z.ZodString;
}

/** A string of a pattern, which must mean the same to JavaScript and to RE2. `must` says it in words. */
export function patternText(max: number, pattern: RegExp, must: string): z.ZodString {
  return text(max, 1).regex(pattern, must);
}

/** Items without a repetition; the API server refuses one in a list of this type. */
export function set(item: z.ZodString, maxItems: number): z.ZodArray<z.ZodString> {
  return z
    .array(item)
    .max(maxItems)
    .refine((values) => new Set(values).size === values.length, 'must not name the same item twice')
    .meta({ 'x-kubernetes-list-type': 'set' }) as z.ZodArray<z.ZodString>;
}

/** A list that one author owns as a whole. */
export function list<Item extends z.ZodType>(item: Item, maxItems: number, minItems = 0): z.ZodArray<Item> {
  return z.array(item).min(minItems).max(maxItems).meta({ 'x-kubernetes-list-type': 'atomic' });
}

/** A ref of a field with a default kind: `[kind:][namespace/]name`. */
export const ref = (): z.ZodString =>
  patternText(
    refMaxLength,
    /^([^:/]+:)?([^:/]+\/)?[^:/]+$/,
    'must be a reference of the form [kind:][namespace/]name, without empty parts',
  );

/** A ref of a field without a default kind: `kind:[namespace/]name`. */
export const refWithKind = (): z.ZodString =>
  patternText(
    refMaxLength,
    /^[^:/]+:([^:/]+\/)?[^:/]+$/,
    'must be a reference that names its kind: kind:[namespace/]name',
  );

/** Most refs in one list of an entity. */
const maxRefs = 500;

/** Refs to one kind, which need not be named. */
export const refs = (max = maxRefs): z.ZodArray<z.ZodString> => set(ref(), max);

/** Refs to any kind, which must be named. */
export const refsWithKind = (): z.ZodArray<z.ZodString> => set(refWithKind(), maxRefs);

/** An object of any content, which the API server keeps as it is. Size and depth are checked by the operator. */
export function freeForm(): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  return z
    .record(z.string(), z.unknown())
    .refine((value) => Object.keys(value).length <= 200, 'must have at most 200 keys')
    .meta({ 'x-kubernetes-preserve-unknown-fields': true, maxProperties: 200 }) as z.ZodRecord<
    z.ZodString,
    z.ZodUnknown
  >;
}
