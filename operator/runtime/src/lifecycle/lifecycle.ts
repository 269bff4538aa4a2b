import type { Clock } from '../clock.ts';
import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';
import type { RuntimeLogger } from '../logging/logger.ts';

/** Something that lives as long as the process. */
export interface Component {
  name: string;
  /** Works until the signal aborts, then ends in order. Ending earlier is fine; rejecting stops the process. */
  start(signal: AbortSignal): Promise<void>;
}

/** Starts the parts of a process in order and stops them in reverse. */
export interface Lifecycle {
  /** Adds a component, before `run`: later it is RUNTIME_ALREADY_RUNNING. */
  add(component: Component): void;
  /**
   * Starts everything, waits for `stop`, then stops one component after the other, the last first. Rejects with the
   * error of a component that failed, after the others have been stopped, and with RUNTIME_DRAIN_TIMEOUT when some were
   * still running when the time to drain was over. Once only: RUNTIME_ALREADY_RUNNING.
   */
  run(stop: AbortSignal): Promise<void>;
}

/** Ten seconds less than what Kubernetes grants a pod (terminationGracePeriodSeconds, 30). */
const defaultDrainMs = 20_000;

/**
 * Creates an empty {@link Lifecycle}.
 *
 * @param options.drainMs - for all components together; 20 s where absent
 */
export function createLifecycle(options: {
  clock: Clock;
  log: RuntimeLogger;
  drainMs?: number | undefined;
}): Lifecycle {
  const { clock, log, drainMs = defaultDrainMs } = options;
  const components: Component[] = [];
  let hasRun = false;

  const drain = async (running: readonly Running[]): Promise<void> => {
    const over = new AbortController();
    const timer = clock.after(drainMs, () => over.abort());
    for (const { name, abort, ended } of running.toReversed()) {
      log.debug({ component: name }, 'stopping');
      abort.abort();
      // When the time is over the rest is told to stop, and not waited for.
      if (!over.signal.aborted) await Promise.race([ended, whenAborted(over.signal)]);
    }
    timer.cancel();
    const late = running.filter((each) => !each.hasEnded()).map(({ name }) => name);
    if (over.signal.aborted && late.length > 0) {
      const message = `failed to stop within ${drainMs} ms: ${late.join(', ')}`;
      throw new RuntimeError(runtimeErrorCodes.drainTimeout, message);
    }
  };
  return {
    add: (component) => {
      if (hasRun) throw new RuntimeError(runtimeErrorCodes.alreadyRunning, `${component.name} was added too late`);
      components.push(component);
    },
    run: async (stop) => {
      if (hasRun) throw new RuntimeError(runtimeErrorCodes.alreadyRunning, 'the lifecycle has run already');
      hasRun = true;
      const failure = Promise.withResolvers<void>();
      let failed: { error: unknown } | undefined;
      const running: Running[] = [];
      for (const component of components) {
        if (stop.aborted || failed !== undefined) break;
        const onFailure = (error: unknown): void => {
          log.error({ component: component.name, error: messageOf(error) }, 'a component failed');
          failed ??= { error };
          failure.resolve();
        };
        running.push(startComponent(component, onFailure));
      }
      await Promise.race([failure.promise, whenAborted(stop)]);
      try {
        await drain(running);
      } catch (error) {
        // The failure came first and says more.
        if (failed === undefined) throw error;
        log.error({ error: messageOf(error) }, 'failed to drain');
      }
      if (failed !== undefined) throw failed.error;
    },
  };
}

interface Running {
  name: string;
  abort: AbortController;
  /** Resolves when the component has ended, in order or not. */
  ended: Promise<void>;
  hasEnded(): boolean;
}

function startComponent(component: Component, onFailure: (error: unknown) => void): Running {
  const abort = new AbortController();
  let hasEnded = false;
  const ended = (async () => component.start(abort.signal))()
    .catch(onFailure)
    .finally(() => {
      hasEnded = true;
    });
  return { name: component.name, abort, ended, hasEnded: () => hasEnded };
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
