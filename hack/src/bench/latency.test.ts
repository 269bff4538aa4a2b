import { expect, it } from 'vitest';
import { milliseconds, summarise } from './latency.ts';

it('takes quantiles by nearest rank', () => {
  const summary = summarise(Array.from({ length: 100 }, (_, index) => 100 - index));
  expect(summary).toEqual({ count: 100, p50Ms: 50, p99Ms: 99, maxMs: 100 });
});

it('shows as many digits as carry meaning', () => {
  expect([0.123, 12.345, 1234.5].map(milliseconds)).toEqual(['0.12', '12.3', '1235']);
});
