import { describe, expect, it } from 'vitest';
import { RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { createFakeClock, type FakeClock } from '../testing/index.ts';
import { createAdaptiveLimit, type AdaptiveLimit } from './adaptive-limit.ts';

const busy = new RuntimeError(runtimeErrorCodes.apiStatus, 'too many requests', { status: 429 });

/** A round of as many writes as are asked for, all answered after `ms`. */
async function round(options: {
  limit: AdaptiveLimit;
  clock: FakeClock;
  writes: number;
  ms: number;
  error?: Error;
}): Promise<number> {
  const { limit, clock, writes, ms, error } = options;
  let most = 0;
  const write = async (): Promise<void> => {
    most = Math.max(most, limit.inFlight);
    await clock.sleep(ms);
    if (error !== undefined) throw error;
  };
  const all = Promise.allSettled(Array.from({ length: writes }, () => limit.run(write)));
  while (limit.inFlight > 0) await clock.advance(ms);
  await all;
  return most;
}

describe('the adaptive limit of writes', () => {
  it('grows by one per round of answers, to 32 and no further', async () => {
    const clock = createFakeClock();
    const limit = createAdaptiveLimit({ clock });
    expect(await round({ limit, clock, writes: 8, ms: 5 })).toBe(8);
    const most = await round({ limit, clock, writes: 3_000, ms: 5 });
    expect(most).toBe(32);
    expect(limit.limit).toBe(32);
    expect(limit.inFlight).toBe(0);
  });

  it('does not grow where it is not reached', async () => {
    const clock = createFakeClock();
    const limit = createAdaptiveLimit({ clock });
    for (let at = 0; at < 200; at += 1) await round({ limit, clock, writes: 1, ms: 5 });
    expect(limit.limit).toBe(8);
  });

  it('halves on a 429, once for all that are refused together, and never gives up', async () => {
    const clock = createFakeClock();
    const changes: number[] = [];
    const limit = createAdaptiveLimit({ clock, onChange: (to) => void changes.push(to) });
    await clock.advance(5_000);
    await round({ limit, clock, writes: 8, ms: 5, error: busy });
    expect(limit.limit).toBe(4);
    for (let at = 0; at < 5; at += 1) {
      await clock.advance(1_000);
      await round({ limit, clock, writes: 8, ms: 5, error: busy });
    }
    expect(limit.limit).toBe(2);
    expect(changes).toEqual([4, 2]);
  });

  it('shrinks by a tenth when answers take three times their usual time', async () => {
    const clock = createFakeClock();
    const limit = createAdaptiveLimit({ clock });
    await round({ limit, clock, writes: 500, ms: 50 });
    const before = limit.limit;
    await clock.advance(1_000);
    await round({ limit, clock, writes: 1, ms: 400 });
    expect(limit.limit).toBeLessThan(before);
    expect(limit.limit).toBeGreaterThanOrEqual(Math.floor(before * 0.9));
  });

  it('takes an API server that is away for no sign of load', async () => {
    const clock = createFakeClock();
    const limit = createAdaptiveLimit({ clock });
    const error = new RuntimeError(runtimeErrorCodes.unreachable, 'refused');
    for (let at = 0; at < 20; at += 1) await round({ limit, clock, writes: 20, ms: 30_000, error });
    expect(limit.limit).toBe(8);
  });
});
