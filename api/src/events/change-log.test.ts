import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createChangeLog } from './change-log.ts';

describe('the log of changes', () => {
  test('knows what changed after a revision, or says that it does not', () => {
    const batch = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 20 }), fc.integer({ min: 1, max: 12 }), (batches, maxRefs) => {
        const log = createChangeLog(100, { maxRefs });
        for (const [index, refs] of batches.entries()) {
          log.append({ refs: new Set(refs), revision: 101 + index });
          for (let seen = 100; seen <= 101 + index; seen++) {
            const since = log.since(seen);
            const later = new Set(batches.slice(seen - 100, index + 1).flat());
            if (since !== undefined) expect(since).toEqual(later);
            const size = batches.slice(seen - 100, index + 1).reduce((sum, each) => sum + Math.max(1, each.length), 0);
            expect(since !== undefined).toBe(size <= maxRefs);
          }
        }
      }),
    );
  });

  test('knows nothing of revisions before it began, nor of those to come', () => {
    const log = createChangeLog(5);
    expect(log.since(4)).toBeUndefined();
    expect(log.since(6)).toBeUndefined();
    expect(log.since(5)).toEqual(new Set());
  });

  test('forgets a change that is larger than all it may hold', () => {
    const log = createChangeLog(0, { maxRefs: 2 });
    log.append({ refs: new Set(['a', 'b', 'c']), revision: 1 });
    expect(log.since(0)).toBeUndefined();
    log.append({ refs: new Set(['d']), revision: 2 });
    expect(log.since(1)).toEqual(new Set(['d']));
  });
});
