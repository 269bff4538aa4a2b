import { describe, expect, it } from 'vitest';
import { createKeyBackoff } from './key-backoff.ts';

describe('the backoff of a key', () => {
  it('doubles from 5 ms to 1,000 s', () => {
    const backoff = createKeyBackoff({ random: () => 0 });
    const delays = Array.from({ length: 20 }, () => backoff.next('a'));
    expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(delays[17]).toBe(655_360);
    expect(delays[19]).toBe(1_000_000);
  });

  it('adds at most half of the delay and stays under the cap after any number of failures', () => {
    const backoff = createKeyBackoff({ random: () => 0.999 });
    expect(backoff.next('a')).toBeCloseTo(7.5, 1);
    for (let tries = 0; tries < 2_000; tries += 1) expect(backoff.next('a')).toBeLessThanOrEqual(1_000_000);
  });

  it('keeps keys apart and forgets those that work', () => {
    const backoff = createKeyBackoff({ random: () => 0 });
    backoff.next('a');
    backoff.next('a');
    expect(backoff.next('b')).toBe(5);
    expect(backoff.failures('a')).toBe(2);
    backoff.forget('a');
    backoff.forget('b');
    expect(backoff.size).toBe(0);
    expect(backoff.next('a')).toBe(5);
  });
});
