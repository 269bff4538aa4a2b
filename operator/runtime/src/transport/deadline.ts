import type { Clock } from '../clock.ts';
import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';

/** Ends one exchange: when its time is over, when the caller aborts, when the transport closes. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Something arrived: the time starts anew. */
  touch(): void;
  /** Frees the timer and the listeners. */
  end(): void;
  /** The RuntimeError for whatever an exchange failed with. */
  explain(error: unknown, what: string): RuntimeError;
}

/** Starts a {@link Deadline}; `ms` is asked again after every touch. */
export function startDeadline(options: {
  clock: Clock;
  ms: () => number;
  caller: AbortSignal | undefined;
  closing: AbortSignal | undefined;
}): Deadline {
  const { clock, ms, caller, closing } = options;
  const controller = new AbortController();
  let endedBy: 'timeout' | 'caller' | 'closing' | undefined;
  let allowedMs = ms();
  let touchedAt = clock.monotonic();

  const abort = (by: 'timeout' | 'caller' | 'closing'): void => {
    endedBy ??= by;
    controller.abort();
  };
  const byCaller = (): void => abort('caller');
  const byClosing = (): void => abort('closing');
  // One timer however much arrives: it looks at the time of the last touch when it fires.
  const check = (): void => {
    const leftMs = touchedAt + allowedMs - clock.monotonic();
    if (leftMs <= 0) abort('timeout');
    else timer = clock.after(leftMs, check);
  };
  let timer = clock.after(allowedMs, check);
  if (caller?.aborted === true) byCaller();
  if (closing?.aborted === true) byClosing();
  caller?.addEventListener('abort', byCaller, { once: true });
  closing?.addEventListener('abort', byClosing, { once: true });

  return {
    signal: controller.signal,
    touch: () => {
      touchedAt = clock.monotonic();
      const nextMs = ms();
      if (nextMs < allowedMs) {
        timer.cancel();
        timer = clock.after(nextMs, check);
      }
      allowedMs = nextMs;
    },
    end: () => {
      timer.cancel();
      caller?.removeEventListener('abort', byCaller);
      closing?.removeEventListener('abort', byClosing);
    },
    explain: (error, what) => {
      if (error instanceof RuntimeError) return error;
      if (endedBy === 'timeout') {
        return new RuntimeError(runtimeErrorCodes.timeout, `failed to ${what}: no answer within ${allowedMs} ms`);
      }
      if (endedBy === 'caller') return new RuntimeError(runtimeErrorCodes.aborted, `failed to ${what}: aborted`);
      if (endedBy === 'closing') {
        return new RuntimeError(runtimeErrorCodes.closed, `failed to ${what}: the transport is closed`);
      }
      const code = isTimeout(error) ? runtimeErrorCodes.timeout : runtimeErrorCodes.unreachable;
      return new RuntimeError(code, `failed to ${what}: ${wordsOf(error)}`, { cause: error });
    },
  };
}

function isTimeout(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^UND_ERR_.*TIMEOUT$|^ETIMEDOUT$/.test(code);
}

/** An AggregateError, as of a host with several addresses, has an empty message. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join(', ');
  return messageOf(error);
}
