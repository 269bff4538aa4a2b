import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { runSoak } from './soak.ts';

it('I13: keeps nothing of 20,000 updates and 2,000 objects that came and went', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { heapBytes, leftOver, changes, reconciles } = await runSoak({
    updates: 20_000,
    pairs: 2_000,
    rounds: 4,
    collect,
  });
  expect(changes).toBe(24_000);
  expect(reconciles).toBeGreaterThan(4_000);
  expect(leftOver).toEqual({ store: 100, watermark: 0, timers: 0 });
  // One object is about 400 bytes; 6,000 changes a round that stayed would be 2.4 MB.
  expect((heapBytes[3] ?? 0) - (heapBytes[1] ?? 0)).toBeLessThan(1_000_000);
}, 60_000);
