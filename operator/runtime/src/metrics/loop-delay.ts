import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

const resolutionMs = 10;

/**
 * Registers how late the event loop has been since this call: `portolan_event_loop_delay_max_seconds`, the longest
 * stall, and `portolan_event_loop_delay_p99_seconds`. prom-client's own `nodejs_eventloop_lag_*` begin anew with every
 * scrape, so that a stall between two of them is seen by one scraper only. Call it once per process, when all modules
 * are loaded.
 */
export function observeLoopDelay(registry: Registry): void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  // What is measured is the time between two ticks of a timer, which is the resolution where nothing is late.
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1e3);
  const registers = [registry];
  new Gauge({
    name: 'portolan_event_loop_delay_max_seconds',
    help: 'Longest stall of the event loop since the start.',
    registers,
    collect() {
      this.set(late(delay.max));
    },
  });
  new Gauge({
    name: 'portolan_event_loop_delay_p99_seconds',
    help: 'Delay of the event loop since the start, 99th percentile.',
    registers,
    collect() {
      this.set(late(delay.percentile(99)));
    },
  });
}
