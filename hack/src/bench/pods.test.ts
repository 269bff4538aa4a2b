import { expect, it } from 'vitest';
import { measurePods } from './pods.ts';

it('a pod costs the operator at most 1.2 kB', () => {
  const { objects, bytesAsSent, bytesEach } = measurePods(10_000);
  expect(objects).toBe(10_000);
  expect(bytesAsSent).toBeGreaterThan(3_500);
  expect(bytesEach).toBeGreaterThan(300);
  expect(bytesEach).toBeLessThanOrEqual(1_200);
});
