import { RuntimeError, runtimeErrorCodes } from '../errors.ts';

/** The parts of a Kubernetes `Status` that this package acts on. */
interface StatusParts {
  code: number | undefined;
  reason: string | undefined;
  message: string | undefined;
  retryAfterMs: number | undefined;
  causes: readonly string[] | undefined;
}

/** The longest message of the server that goes into an error. */
const longestMessage = 1_000;

/**
 * The error for an answer other than 2xx, or for an ERROR event of a watch.
 *
 * @param options.what - what failed, such as `list components`
 * @param options.status - the HTTP status; the code of the body where absent
 * @param options.retryAfterMs - what the Retry-After header asks for
 */
export function apiStatusError(options: {
  what: string;
  body: unknown;
  status?: number;
  retryAfterMs?: number | undefined;
}): RuntimeError {
  const parts = partsOf(options.body);
  const status = options.status ?? parts.code;
  const words = parts.message ?? parts.reason ?? 'no further words';
  return new RuntimeError(
    runtimeErrorCodes.apiStatus,
    `failed to ${options.what}: ${status === undefined ? '' : `${status} `}${words.slice(0, longestMessage)}`,
    {
      status,
      reason: parts.reason,
      retryAfterMs: options.retryAfterMs ?? parts.retryAfterMs,
      causes: parts.causes,
    },
  );
}

/** Milliseconds that a Retry-After header asks for: seconds, or an HTTP date. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header.trim()) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function partsOf(body: unknown): StatusParts {
  const status = record(body);
  const details = record(status['details']);
  const seconds = details['retryAfterSeconds'];
  const causes = Array.isArray(details['causes'])
    ? details['causes'].map((each) => text(record(each)['reason'])).filter((each) => each !== undefined)
    : undefined;
  return {
    code: typeof status['code'] === 'number' ? status['code'] : undefined,
    reason: text(status['reason']),
    message: text(status['message']),
    retryAfterMs: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined,
    causes,
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
