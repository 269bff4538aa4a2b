import fc from 'fast-check';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { lowPriority } from '../queue/work-queue.ts';
import { createFakeClock, type FakeClock } from '../testing/index.ts';
import { createController, type Controller, type ReconcileResult } from './controller.ts';

interface Run {
  controller: Controller;
  clock: FakeClock;
  registry: Registry;
  logged: Record<string, unknown>[];
  stop: AbortController;
  ended: Promise<void>;
}

function run(
  reconcile: (key: string, signal: AbortSignal) => Promise<ReconcileResult>,
  { concurrency = 1 }: { concurrency?: number } = {},
): Run {
  const clock = createFakeClock();
  const registry = new Registry();
  const logged: Record<string, unknown>[] = [];
  const write = (line: string): void => void logged.push(JSON.parse(line) as Record<string, unknown>);
  const controller = createController({
    name: 'test',
    reconcile,
    concurrency,
    clock,
    random: () => 0,
    log: pino({}, { write }),
    metrics: createMetrics(registry),
  });
  const stop = new AbortController();
  return { controller, clock, registry, logged, stop, ended: controller.run(stop.signal) };
}

const done: ReconcileResult = { kind: 'done' };

describe('a controller', () => {
  it('I9: never reconciles a key twice at once and misses no change', async () => {
    const key = fc.constantFrom('a', 'b', 'c');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(key, fc.nat(3)), { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        async (adds, concurrency) => {
          const busy = new Set<string>();
          const wanted = new Map<string, number>();
          const seen = new Map<string, number>();
          const { controller, stop, ended } = run(
            async (each) => {
              expect(busy.has(each)).toBe(false);
              busy.add(each);
              const version = wanted.get(each) ?? 0;
              await nextTurn();
              seen.set(each, version);
              busy.delete(each);
              return done;
            },
            { concurrency },
          );
          let version = 0;
          for (const [each, turns] of adds) {
            version += 1;
            wanted.set(each, version);
            controller.enqueue(each, { priority: turns === 0 ? lowPriority : 0 });
            for (let turn = 0; turn < turns; turn += 1) await nextTurn();
          }
          while (!controller.idle()) await nextTurn();
          expect(seen).toEqual(wanted);
          stop.abort();
          await ended;
        },
      ),
      { numRuns: 50 },
    );
  });

  it('tries a failed key again after 5 ms, doubling, until it works', async () => {
    const times: number[] = [];
    const { controller, clock, registry, logged, stop, ended } = run((key) => {
      times.push(clock.monotonic());
      if (times.length < 5) return Promise.reject(new Error(`no ${key}`));
      return Promise.resolve(done);
    });
    controller.enqueue('a');
    await clock.advance(1_000);
    expect(times).toEqual([0, 5, 15, 35, 75]);
    // Once a minute per kind of failure.
    expect(logged).toHaveLength(1);
    const metrics = await registry.metrics();
    expect(metrics).toContain('controller_runtime_reconcile_total{controller="test",result="error"} 4');
    expect(metrics).toContain('controller_runtime_reconcile_total{controller="test",result="success"} 1');
    expect(metrics).toContain('workqueue_retries_total{name="test"} 4');
    stop.abort();
    await ended;
  });

  it('waits as long as the server asks', async () => {
    const times: number[] = [];
    const { controller, clock, stop, ended } = run(() => {
      times.push(clock.monotonic());
      const busy = new RuntimeError(runtimeErrorCodes.apiStatus, 'busy', { status: 429, retryAfterMs: 3_000 });
      return times.length === 1 ? Promise.reject(busy) : Promise.resolve(done);
    });
    controller.enqueue('a');
    await clock.advance(5_000);
    expect(times).toEqual([0, 3_000]);
    stop.abort();
    await ended;
  });

  it('looks again when a reconcile asks for it, and not at what is stalled', async () => {
    const times: [string, number][] = [];
    const { controller, clock, logged, stop, ended } = run((key) => {
      times.push([key, clock.monotonic()]);
      if (key === 'stalled') return Promise.resolve({ kind: 'stalled', reason: 'TooDeep' });
      return Promise.resolve(times.length > 3 ? done : { kind: 'requeue-after', ms: 100 });
    });
    controller.enqueue('again');
    controller.enqueue('stalled');
    controller.enqueue('later', { afterMs: 1_000 });
    await clock.advance(10_000);
    expect(times).toEqual([
      ['again', 0],
      ['stalled', 0],
      ['again', 100],
      ['again', 200],
      ['later', 1_000],
    ]);
    expect(logged).toMatchObject([{ key: 'stalled', reason: 'TooDeep' }]);
    expect(controller.idle()).toBe(true);
    stop.abort();
    await ended;
  });

  it('ends what is in flight when it stops, and starts nothing more', async () => {
    const release = Promise.withResolvers<void>();
    const finished: string[] = [];
    const { controller, clock, stop, ended } = run(async (key) => {
      await release.promise;
      finished.push(key);
      return { kind: 'requeue-after', ms: 1 };
    });
    controller.enqueue('a');
    controller.enqueue('b');
    await nextTurn();
    stop.abort();
    let hasEnded = false;
    void ended.then(() => (hasEnded = true));
    await nextTurn();
    expect(hasEnded).toBe(false);
    release.resolve();
    await ended;
    expect(finished).toEqual(['a']);
    expect(clock.timers).toBe(0);
    await expect(controller.run(stop.signal)).rejects.toMatchObject({ code: 'RUNTIME_ALREADY_RUNNING' });
  });

  it('takes work that the stop interrupted for no failure', async () => {
    const { controller, registry, logged, stop, ended } = run(async (_key, signal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      throw new RuntimeError(runtimeErrorCodes.aborted, 'failed to patch: aborted');
    });
    controller.enqueue('a');
    await nextTurn();
    stop.abort();
    await ended;
    expect(logged).toEqual([]);
    expect(await registry.metrics()).not.toContain('workqueue_retries_total{name="test"}');
  });

  it('keeps what is enqueued before it runs, and lets the event loop turn among many keys', async () => {
    let turns = 0;
    let reconciled = 0;
    const { controller, stop, ended } = run(() => {
      reconciled += 1;
      const until = performance.now() + 0.5;
      while (performance.now() < until);
      return Promise.resolve(done);
    });
    for (let at = 0; at < 200; at += 1) controller.enqueue(`key-${at}`);
    while (!controller.idle()) {
      await nextTurn();
      turns += 1;
    }
    expect(reconciled).toBe(200);
    expect(turns).toBeGreaterThan(3);
    stop.abort();
    await ended;
  });

  it('counts by the names of controller-runtime, a bug as a panic', async () => {
    const { controller, clock, registry, stop, ended } = run(
      async (key) => {
        if (key === 'bug') throw new TypeError('x');
        if (key === 'away') throw new RuntimeError(runtimeErrorCodes.unreachable, 'refused');
        return key === 'stalled' ? { kind: 'stalled', reason: 'Invalid' } : done;
      },
      { concurrency: 3 },
    );
    for (const key of ['bug', 'away', 'stalled', 'fine']) controller.enqueue(key);
    await clock.advance(0);
    stop.abort();
    await ended;
    const metrics = await registry.metrics();
    for (const line of [
      'controller_runtime_reconcile_total{controller="test",result="success"} 1',
      'controller_runtime_reconcile_errors_total{controller="test"} 2',
      'controller_runtime_reconcile_panics_total{controller="test"} 1',
      'controller_runtime_terminal_reconcile_errors_total{controller="test"} 1',
      'controller_runtime_max_concurrent_reconciles{controller="test"} 3',
      'workqueue_work_duration_seconds_count{name="test"} 4',
      'workqueue_retries_total{name="test"} 2',
    ]) {
      expect(metrics).toContain(`${line}\n`);
    }
  });
});
