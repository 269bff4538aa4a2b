import { setImmediate as nextTurn } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createController } from '../controller/controller.ts';
import { createInformer } from '../informer/informer.ts';
import type { KubernetesObject, ResourceType } from '../kubernetes/object.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createWatermark } from '../writer/watermark.ts';
import { createFakeClock } from './fake-clock.ts';
import { createMemoryTransport, createScheduledServer } from './scheduled-server.ts';

/** What a long run leaves behind. */
export interface SoakResult {
  /** Used heap after a collection at the end of each round. */
  heapBytes: readonly number[];
  /** Least-squares slope over the second half of the rounds. */
  slopeBytesPerChange: number;
  changes: number;
  reconciles: number;
  /** What should be empty at the end, or hold only what exists. */
  leftOver: { store: number; watermark: number; timers: number };
}

const gizmos: ResourceType = {
  group: 'portolan.test',
  version: 'v1',
  plural: 'gizmos',
  kind: 'Gizmo',
  namespaced: true,
};
const kept = 100;
const batch = 500;

/**
 * Sends updates of a hundred objects and pairs of creation and deletion, all of other names, through an informer, a
 * controller that fails now and then, and a watermark; in rounds, with a collection after each.
 */
export async function runSoak(options: {
  updates: number;
  pairs: number;
  rounds: number;
  collect: () => void;
}): Promise<SoakResult> {
  const { updates, pairs, rounds, collect } = options;
  const clock = createFakeClock();
  const metrics = createMetrics(new Registry());
  const log = pino({ level: 'silent' });
  const server = createScheduledServer({ resource: gizmos, random: () => 0.9 });
  const ground = { clock, random: () => 0, log, metrics };
  const transport = createMemoryTransport({ server, clock, metrics });
  const transform = (raw: unknown): KubernetesObject => raw as KubernetesObject;
  const indexes = { name: ({ metadata }: KubernetesObject) => [metadata.name] };
  const informer = createInformer({ transport, resource: gizmos, transform, indexes, ...ground });
  const watermark = createWatermark({ store: informer.store, clock, release: (key) => controller.enqueue(key) });
  let reconciles = 0;
  const controller = createController({
    name: 'soak',
    reconcile: async (key) => {
      reconciles += 1;
      if (watermark.holds(key)) return { kind: 'done' };
      const version = informer.store.get(key)?.metadata.resourceVersion;
      // As if we had written: of an object that changes no more, the watch never tells.
      if (version !== undefined && reconciles % 7 === 0) watermark.wrote(key, `${version}0`);
      if (reconciles % 11 === 0) throw new Error('now and then');
      return reconciles % 13 === 0 ? { kind: 'requeue-after', ms: 50 } : { kind: 'done' };
    },
    concurrency: 4,
    ...ground,
  });
  informer.store.subscribe(({ key }) => controller.enqueue(key));
  const stop = new AbortController();
  const running = [informer.run(stop.signal), controller.run(stop.signal)];
  const settle = async (): Promise<void> => {
    await clock.advance(1);
    while (!controller.idle()) await nextTurn();
  };

  let serial = 0;
  const runRound = async (): Promise<void> => {
    for (let at = 0; at < updates / rounds; at += 1) {
      put(server, `kept-${at % kept}`, (serial += 1));
      if (at % batch === 0) await settle();
    }
    for (let at = 0; at < pairs / rounds; at += 1) {
      const name = `passing-${(serial += 1)}`;
      put(server, name, serial);
      if (at % 2 === 0) await settle();
      server.log.remove(`ns/${name}`);
      if (at % batch === 0) await settle();
    }
    server.bookmark();
    await settle();
    // Etcd forgets, too.
    server.log.compact();
  };
  const heapBytes: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await runRound();
    // Beyond every backoff and every wait for a watch.
    await clock.advance(60_000);
    await settle();
    collect();
    heapBytes.push(process.memoryUsage().heapUsed);
  }
  const leftOver = { store: informer.store.size, watermark: watermark.size, timers: 0 };
  stop.abort();
  await Promise.all(running);
  watermark.close();
  leftOver.timers = clock.timers;
  const changes = updates + 2 * pairs;
  const slope = slopeOf(heapBytes.slice(Math.floor(rounds / 2)));
  return { heapBytes, slopeBytesPerChange: slope / (changes / rounds), changes, reconciles, leftOver };
}

function put(server: ReturnType<typeof createScheduledServer>, name: string, at: number): void {
  server.log.put({ metadata: { namespace: 'ns', name }, spec: { at, text: 'x'.repeat(200) } });
}

/** Least squares over equal steps. */
function slopeOf(values: readonly number[]): number {
  const meanX = (values.length - 1) / 2;
  const meanY = values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = values.reduce((sum, value, x) => sum + (x - meanX) * (value - meanY), 0);
  const variance = values.reduce((sum, _value, x) => sum + (x - meanX) ** 2, 0);
  return covariance / variance;
}
