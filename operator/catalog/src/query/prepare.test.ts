import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog.ts';
import type { Catalog, CatalogQuery, UsualQuestions } from '../model.ts';
import { filter, fullText, order, path, step } from '../testing/arbitraries.ts';
import { resourceOf } from '../testing/resources.ts';

const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 8 });
const questions = fc.record({
  orders: fc.array(order, { maxLength: 2 }),
  paths: fc.array(path, { maxLength: 3 }),
  textPaths: fc.array(path, { maxLength: 2 }),
});
const query = fc.record({ filter, fullText, order, missing: fc.constantFrom('exclude' as const, 'last' as const) });

function answersOf(catalog: Catalog, asked: readonly CatalogQuery[], usual: Required<UsualQuestions>): unknown {
  return [
    asked.map((each) => catalog.query(each)),
    usual.orders.map((by) => catalog.query({ order: by, missing: 'last' })),
    usual.textPaths.map((each) => catalog.query({ fullText: { term: 'e', fields: [each] } })),
    [...catalog.facets({ paths: usual.paths })],
  ];
}

describe('prepare', { timeout: 60_000 }, () => {
  test('changes no answer, wherever changes and questions come in between', () => {
    fc.assert(
      fc.property(
        batches,
        questions,
        fc.array(query, { maxLength: 2 }),
        fc.integer({ max: 7 }),
        (all, usual, asked, at) => {
          const catalog = createCatalog({ preparedAtOnce: 1 });
          const other = createCatalog();
          const preparing = catalog.prepare(usual);
          for (const [index, batch] of all.entries()) {
            // One by one: a batch that is large for so small a catalog drops all orders.
            for (const each of batch) {
              catalog.apply([each]);
              other.apply([each]);
              preparing.next();
            }
            if (index >= at) {
              expect(answersOf(catalog, asked, usual)).toEqual(answersOf(other, asked, usual));
            }
          }
          for (let next = preparing.next(); next.done !== true;) {
            next = preparing.next();
          }
          expect(answersOf(catalog, asked, usual)).toEqual(answersOf(other, asked, usual));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('goes in parts of so many entities, and has nothing to do the second time', () => {
    const catalog = createCatalog({ preparedAtOnce: 100 });
    const usual = {
      orders: [[{ field: 'metadata.name', direction: 'asc' as const }]],
      paths: ['kind', 'spec.type', 'status.portolan.rollup.verdict', 'relations.ownedBy'],
      textPaths: ['metadata.name'],
    };
    catalog.apply(
      Array.from({ length: 1_000 }, (_, index) => ({
        type: 'upsert' as const,
        resource: resourceOf({ kind: index % 2 === 0 ? 'Group' : 'Component', name: `c${index}`, spec: { type: 'x' } }),
      })),
    );
    // Ten parts for each of three paths and one order, and 500 roll-ups.
    const steps = Array.from(catalog.prepare(usual)).length;
    expect(steps).toBeGreaterThan(4 * 9 + 500 / 7 - 1);
    expect(Array.from(catalog.prepare(usual)).length).toBeLessThan(500 / 7 + 2);
  });
});
