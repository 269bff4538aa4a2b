import { expect, it } from 'vitest';
import { kindSchemas } from './kind-schemas.ts';
import { kinds } from './kinds.ts';

it.each(kinds)('the table of kinds names every field of the schema of $kind', ({ kind, specFields }) => {
  expect(specFields.toSorted()).toEqual(Object.keys(kindSchemas[kind].spec.shape).toSorted());
});
