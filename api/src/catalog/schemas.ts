import { z } from 'zod';
import { repeated, single, wholeNumber } from '../validation.ts';

/** Within a URL of 16 KiB no honest client repeats a parameter more often. */
const maxRepeats = 1_000;
const maxFacets = 100;

const filter = repeated(maxRepeats)
  .optional()
  .describe('A set of comma-separated conditions `key` or `key=value` that all hold; one of the sets must hold.');
const fields = repeated(maxRepeats)
  .optional()
  .describe('Dot paths, separated by commas: only these parts of each entity are answered.');

/** A `query` is parsed by `predicate.ts`, whose messages can say what is wrong where. */
const query = z
  .unknown()
  .optional()
  .meta({
    type: 'object',
    description:
      'A predicate: field paths with a value or one of `$exists`, `$in`, `$contains`, `$hasPrefix`; combined by `$all`, `$any`, `$not`.',
    examples: [{ $all: [{ kind: 'Component' }, { 'spec.type': { $in: ['service', 'website'] } }] }],
  });

const bodyFields = z.array(z.string(), 'must be a list of dot paths').optional();
const count = (min: number) => z.int(`must be a whole number of at least ${min}`).min(min, `must be at least ${min}`);
const totalItems = z.enum(['include', 'exclude'], "must be 'include' or 'exclude'");

/** GET /entities */
export const listQuery = z.strictObject({
  filter,
  fields,
  limit: wholeNumber(1).optional(),
  offset: wholeNumber(0).optional(),
  after: single.optional().describe('From the Link header of the page before; holds limit and offset.'),
  order: repeated(100).optional().describe('`asc:field` or `desc:field`; entities without the field come last.'),
});

/** GET /entities/by-query */
export const pageQuery = z.strictObject({
  filter,
  fields,
  limit: wholeNumber(0).optional().describe('Default 200; 0 gives the count only.'),
  offset: wholeNumber(0).optional(),
  orderField: repeated(100)
    .optional()
    .describe('`field`, `field,asc` or `field,desc`; only the first counts, entities without it are left out.'),
  cursor: single.optional().describe('From pageInfo of an earlier answer; only fields and limit count beside it.'),
  totalItems: totalItems.optional(),
  fullTextFilterTerm: single
    .max(1_024, 'must not be longer than 1024 characters')
    .optional()
    .describe('A part of a value of one of the fields, in any case.'),
  fullTextFilterFields: repeated(200).optional().describe('Default: the order field, else metadata.uid.'),
});

/** POST /entities/by-query */
export const pageBody = z.object({
  cursor: z.string('must be a string').min(1, 'must not be empty; leave it out to start anew').optional(),
  limit: count(0).optional(),
  offset: count(0).optional(),
  orderBy: z
    .array(
      z.object({
        field: z.string('must be a string').min(1, 'must name a field').max(1_024, 'is too long'),
        order: z.enum(['asc', 'desc'], "must be 'asc' or 'desc'").optional(),
      }),
      'must be a list of {"field", "order"}',
    )
    .max(100, 'must not hold more than 100 fields')
    .optional(),
  fullTextFilter: z
    .object({
      term: z.string('must be a string').max(1_024, 'is too long').optional(),
      fields: z.array(z.string(), 'must be a list of dot paths').max(200, 'must not hold more than 200').optional(),
    })
    .optional(),
  fields: bodyFields,
  totalItems: totalItems.optional(),
  query,
});

/** POST /entities/by-refs */
export const refsQuery = z.strictObject({ filter });
export const refsBody = z.object({
  entityRefs: z.array(z.string('must be a string'), 'must be a list of entity refs').describe('Canonical refs.'),
  fields: bodyFields,
  query,
});

/** GET /entity-facets */
export const facetsQuery = z.strictObject({
  facet: repeated(maxFacets).describe('The path to count the values of.'),
  filter,
});

/** POST /entity-facets */
export const facetsBody = z.object({
  facets: z
    .array(z.string('must be a string'), 'must be a list of paths')
    .max(maxFacets, `must not hold more than ${maxFacets}`),
  query,
});

export const noQuery = z.strictObject({});
export const nameParams = z.object({ kind: z.string(), namespace: z.string(), name: z.string() });
export const uidParams = z.object({ uid: z.string() });
