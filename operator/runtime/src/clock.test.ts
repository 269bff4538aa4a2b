import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { createFakeClock } from './testing/index.ts';

describe('the fake clock', () => {
  it('fires what is due in the order of time, also what a timer sets', async () => {
    const clock = createFakeClock({ now: 1_000 });
    const fired: [string, number][] = [];
    clock.after(20, () => fired.push(['second', clock.now()]));
    clock.after(10, () => {
      fired.push(['first', clock.monotonic()]);
      clock.after(5, () => fired.push(['set meanwhile', clock.monotonic()]));
    });
    clock.after(10, () => fired.push(['cancelled', 0])).cancel();
    clock.after(31, () => fired.push(['later', 0]));
    await clock.advance(30);
    expect(fired).toEqual([
      ['first', 10],
      ['set meanwhile', 15],
      ['second', 1_020],
    ]);
    expect(clock.timers).toBe(1);
  });

  it('lets a sleep end by time or by its signal', async () => {
    const clock = createFakeClock();
    const abort = new AbortController();
    const slept = clock.sleep(100);
    const aborted = clock.sleep(1_000, abort.signal);
    await clock.advance(100);
    await slept;
    abort.abort();
    await aborted;
    await clock.sleep(1_000, abort.signal);
    expect(clock.timers).toBe(0);
  });
});

describe('the system clock', () => {
  it('does not fire a timer longer than Node can hold at once', async () => {
    let hasFired = false;
    const timer = systemClock.after(2 ** 40, () => (hasFired = true));
    await systemClock.sleep(5);
    timer.cancel();
    expect(hasFired).toBe(false);
  });
});
