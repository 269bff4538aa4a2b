import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { observeLoopDelay } from './loop-delay.ts';

it('remembers the longest stall of the event loop, whoever asks and however often', async () => {
  const registry = new Registry();
  observeLoopDelay(registry);
  // The first ticks of the timer that measures.
  await sleep(50);
  const until = performance.now() + 120;
  while (performance.now() < until);
  await sleep(50);
  const read = async (): Promise<number> => {
    const text = await registry.getSingleMetricAsString('portolan_event_loop_delay_max_seconds');
    return Number(/^portolan_event_loop_delay_max_seconds (\S+)$/m.exec(text)?.[1]);
  };
  expect(await read()).toBeGreaterThan(0.09);
  expect(await read()).toBe(await read());
  expect(await read()).toBeLessThan(10);
});
