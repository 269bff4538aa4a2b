import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createController } from '../controller/controller.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { widgets } from '../testing/rig.ts';
import { createMemoryTransport, createScheduledServer } from '../testing/scheduled-server.ts';
import { createInformer } from './informer.ts';

it('I15: goes on reading while every reconcile hangs, and queues keys, not events', async () => {
  const clock = createFakeClock();
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const ground = { clock, random: () => 0, log: pino({ level: 'silent' }), metrics };
  const server = createScheduledServer({ resource: widgets, random: () => 0.9 });
  const transform = (raw: unknown): KubernetesObject => raw as KubernetesObject;
  const transport = createMemoryTransport({ server, clock, metrics });
  const informer = createInformer({ transport, resource: widgets, transform, freeze: true, ...ground });
  const started: string[] = [];
  const { promise: never, resolve: letGo } = Promise.withResolvers<void>();
  const controller = createController({
    name: 'slow',
    concurrency: 4,
    reconcile: async (key) => {
      started.push(key);
      await never;
      return { kind: 'done' };
    },
    ...ground,
  });
  informer.store.subscribe(({ key }) => controller.enqueue(key));
  const stop = new AbortController();
  const running = [informer.run(stop.signal), controller.run(stop.signal)];
  await clock.advance(1);
  for (let at = 0; at < 20_000; at += 1) {
    server.log.put({ metadata: { namespace: 'ns', name: `widget-${at % 100}` }, spec: { at } });
  }
  // The watch is read to its end, although nobody works.
  for (let turn = 0; turn < 200 && informer.store.resourceVersion !== String(server.log.version); turn += 1) {
    await clock.advance(1);
  }
  expect(informer.store.list()).toEqual(server.log.objects());
  expect(server.watches).toBe(1);
  expect(started).toHaveLength(4);
  const depth = /^workqueue_depth\{name="slow"\} (\d+)$/m.exec(await registry.metrics())?.[1];
  expect(Number(depth)).toBeGreaterThan(90);
  expect(Number(depth)).toBeLessThanOrEqual(100);
  stop.abort();
  letGo();
  await Promise.all(running);
});
