import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { observeLoopDelay } from './loop-delay.ts';
import type { Stall } from './stall-meter.ts';

it('remembers the longest stall of the event loop, whoever asks and however often, and tells what it went to', async () => {
  const registry = new Registry();
  const told = Promise.withResolvers<Stall>();
  const stop = observeLoopDelay({ registry, stallMs: 80, onStall: told.resolve });
  // The first ticks of the timer that measures.
  await sleep(50);
  const until = performance.now() + 120;
  while (performance.now() < until);
  const stall = await told.promise;
  stop();
  const read = async (name: string): Promise<number> => {
    const text = await registry.getSingleMetricAsString(name);
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  };
  const longest = 'portolan_event_loop_delay_max_seconds';
  expect(await read(longest)).toBeGreaterThan(0.09);
  expect(await read(longest)).toBe(await read(longest));
  expect(await read(longest)).toBeLessThan(10);
  expect(stall.lateMs).toBeGreaterThan(80);
  expect(stall.busyMs).toBeGreaterThan(0);
  expect(await read('portolan_event_loop_busy_max_seconds')).toBeGreaterThanOrEqual(stall.busyMs / 1000);
});
