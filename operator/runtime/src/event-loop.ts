import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work between two turns of the event loop; well under the 100 ms that probes and lease renewal tolerate. */
const budgetMs = 15;

/** Keeps a long run of synchronous or microtask-only work from starving timers, sockets and probes. */
export interface Breather {
  /** Call after each item. Undefined while there is budget left; else a promise of the next turn of the loop. */
  breathe(): Promise<void> | undefined;
}

/**
 * Creates a {@link Breather}. It measures real time, not the injected clock: how long the loop has been blocked is a
 * fact about this process, also under a fake clock.
 */
export function createBreather(): Breather {
  let startedAt = performance.now();
  return {
    breathe: () => {
      if (performance.now() - startedAt < budgetMs) return undefined;
      return nextTurn().then(() => {
        startedAt = performance.now();
      });
    },
  };
}
