import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work between two turns of the event loop; well under the 100 ms that probes and lease renewal tolerate. */
const budgetMs = 15;

/** Keeps a long run of synchronous or microtask-only work from starving timers, sockets and probes. */
export interface Breather {
  /** Call after each item. Undefined while there is budget left; else a promise of the next turn of the loop. */
  breathe(): Promise<void> | undefined;
}

/**
 * Creates a {@link Breather}. Whoever breathes by it shares one budget, and when it is used up all wait for the same
 * turn: if each waited for its own, every one of 32 workers would begin it with a full budget and the turn would last
 * half a second.
 *
 * @param options.now - for tests, in milliseconds. Real time by default, not the injected clock: how long the loop has
 *   been blocked is a fact about this process, also under a fake clock.
 */
export function createBreather({ now = () => performance.now() }: { now?: () => number } = {}): Breather {
  /** When the work of this turn began; undefined until somebody breathes in it. */
  let startedAt: number | undefined;
  let turn: Promise<void> | undefined;
  const begin = (): void => {
    startedAt = now();
    // What comes after the other callbacks of this turn has a budget of its own.
    void nextTurn().then(() => {
      startedAt = undefined;
    });
  };
  return {
    breathe: () => {
      if (turn !== undefined) return turn;
      if (startedAt === undefined) begin();
      else if (now() - startedAt >= budgetMs) {
        turn = nextTurn().then(() => {
          turn = undefined;
          begin();
        });
      }
      return turn;
    },
  };
}

/** The breather of this process. There is one event loop, so informers and controllers share one budget of each turn. */
export const eventLoop: Breather = createBreather();
