import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { isSound, runFaultSchedule } from '../testing/fault-schedule.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createMemoryTransport, createScheduledServer } from '../testing/scheduled-server.ts';
import { widgets } from '../testing/rig.ts';
import { createInformer } from './informer.ts';

const seeds = 1_000;
const chunk = 100;

describe('an informer under seeded schedules of faults', () => {
  it.each(Array.from({ length: seeds / chunk }, (_, at) => at * chunk + 1))(
    'I1, I2: ends with what the server has and never steps back, seeds from %i',
    async (first) => {
      let changes = 0;
      for (let seed = first; seed < first + chunk; seed += 1) {
        const result = await runFaultSchedule({ seed });
        expect(isSound(result), `hack/bench faults --seed ${seed}\n${JSON.stringify(result, null, 2)}`).toBe(true);
        changes += result.changes;
      }
      expect(changes).toBeGreaterThan(chunk);
    },
    60_000,
  );

  it('does the same for the same seed', async () => {
    expect(await runFaultSchedule({ seed: 7 })).toEqual(await runFaultSchedule({ seed: 7 }));
    const [one, other] = [await runFaultSchedule({ seed: 7 }), await runFaultSchedule({ seed: 8 })];
    expect(one.steps).not.toEqual(other.steps);
  });

  it('I1: believes a server that was restored from a backup, older versions included', async () => {
    for (const offersWatchList of [true, false]) {
      const clock = createFakeClock();
      const server = createScheduledServer({ resource: widgets, random: () => 0.9 });
      server.offersWatchList = offersWatchList;
      const put = (name: string, spec: unknown): unknown =>
        server.log.put({ metadata: { namespace: 'ns', name }, spec });
      put('kept', 'old');
      const backup = { version: server.log.version, objects: server.log.objects() };
      put('kept', 'new');
      put('lost', 'new');
      const metrics = createMetrics(new Registry());
      const transport = createMemoryTransport({ server, clock, metrics });
      const transform = (raw: unknown): KubernetesObject => raw as KubernetesObject;
      const log = pino({ level: 'silent' });
      const ground = { clock, random: () => 0, log, metrics, freeze: true };
      const informer = createInformer({ transport, resource: widgets, transform, ...ground });
      const stop = new AbortController();
      const running = informer.run(stop.signal);
      await clock.advance(10);
      expect(informer.store.size).toBe(2);
      server.log.restore(backup);
      server.cut();
      await clock.advance(60_000);
      expect(informer.store.list()).toEqual(server.log.objects());
      put('kept', 'newest');
      await clock.advance(10);
      expect(informer.store.list()).toEqual(server.log.objects());
      stop.abort();
      await running;
    }
  });
});
