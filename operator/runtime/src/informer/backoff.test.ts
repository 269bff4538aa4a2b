import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/index.ts';
import { createBackoff } from './backoff.ts';

describe('the backoff of a source', () => {
  it('grows from 800 ms and never waits longer than 30 s', () => {
    const calm = createBackoff({ clock: createFakeClock(), random: () => 0 });
    expect(Array.from({ length: 7 }, () => calm.next())).toEqual([800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000]);
    const jittery = createBackoff({ clock: createFakeClock(), random: () => 0.999 });
    const delays = Array.from({ length: 50 }, () => jittery.next());
    expect(delays[0]).toBeGreaterThan(1_500);
    expect(Math.max(...delays)).toBeLessThanOrEqual(30_000);
  });

  it('I12: keeps an outage of ten minutes under 0.3 requests per second', async () => {
    const clock = createFakeClock();
    const backoff = createBackoff({ clock, random: () => 0 });
    let requests = 0;
    while (clock.monotonic() < 600_000) {
      requests += 1;
      await clock.advance(backoff.next());
    }
    expect(requests / 600).toBeLessThan(0.3);
  });

  it('begins anew after two minutes of peace', async () => {
    const clock = createFakeClock();
    const backoff = createBackoff({ clock, random: () => 0 });
    backoff.next();
    backoff.next();
    await clock.advance(121_000);
    expect(backoff.next()).toBe(3_200);
    await clock.advance(3_200 + 120_001);
    expect(backoff.next()).toBe(800);
  });

  it('obeys a Retry-After, within reason', () => {
    const backoff = createBackoff({ clock: createFakeClock(), random: () => 0 });
    expect(backoff.next(20_000)).toBe(20_000);
    expect(backoff.next(10)).toBe(1_600);
    expect(backoff.next(86_400_000)).toBe(300_000);
  });
});
