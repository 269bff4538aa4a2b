import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { Gauge, type Registry } from 'prom-client';
import { createStallMeter, type Stall } from './stall-meter.ts';

const resolutionMs = 10;
const tickMs = 20;

/**
 * Registers how late the event loop has been since this call. Call it once per process, when all modules are loaded:
 * while they are, nothing runs yet that could be late.
 *
 * `portolan_event_loop_delay_max_seconds` and `…_p99_seconds` are wall time. prom-client's own `nodejs_eventloop_lag_*`
 * begin anew with every scrape, so that a stall between two of them is seen by one scraper only.
 * `portolan_event_loop_busy_max_seconds` is the most CPU time that the main thread took in one stall: what is in this
 * program's hands. The rest of a delay the thread was ready to run and had no core. `portolan_event_loop_gc_max_seconds`
 * is the most that the garbage collector took in one stall, on whatever thread.
 *
 * @param options.onStall - told of every delay of at least `stallMs`, a moment later
 * @returns stops measuring
 */
export function observeLoopDelay(options: {
  registry: Registry;
  stallMs?: number;
  onStall?: (stall: Stall) => void;
}): () => void {
  const { registry, stallMs = Number.POSITIVE_INFINITY, onStall } = options;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const meter = createStallMeter({
    tickMs,
    onStall: (stall) => {
      if (stall.lateMs >= stallMs) onStall?.(stall);
    },
  });
  const collections = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      meter.collected({ startMs: startTime, durationMs: duration });
  });
  collections.observe({ entryTypes: ['gc'] });
  // Real time, not the injected clock: how late the loop is is a fact about this process.
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage();
    meter.tick({ nowMs: performance.now(), cpuMs: (user + system) / 1000 });
  }, tickMs);
  timer.unref();

  // What is measured is the time between two ticks of a timer, which is the resolution where nothing is late.
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1e3);
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  };
  gauge('portolan_event_loop_delay_max_seconds', 'Longest stall of the event loop since the start.', () =>
    late(delay.max),
  );
  gauge('portolan_event_loop_delay_p99_seconds', 'Delay of the event loop since the start, 99th percentile.', () =>
    late(delay.percentile(99)),
  );
  gauge(
    'portolan_event_loop_busy_max_seconds',
    'Most CPU time of the main thread in one stall of the event loop since the start.',
    () => meter.busiestMs() / 1000,
  );
  gauge(
    'portolan_event_loop_gc_max_seconds',
    'Most time of the garbage collector in one stall of the event loop since the start.',
    () => meter.mostCollectedMs() / 1000,
  );
  return () => {
    clearInterval(timer);
    collections.disconnect();
    delay.disable();
  };
}
