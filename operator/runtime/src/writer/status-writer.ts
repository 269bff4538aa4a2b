import type { Clock } from '../clock.ts';
import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { resourceName, resourcePath, type ResourceType } from '../kubernetes/object.ts';
import type { Fence } from '../leader/elector.ts';
import type { RuntimeLogger } from '../logging/logger.ts';
import type { RuntimeMetrics, StatusWriteOutcome } from '../metrics/metrics.ts';
import type { Transport } from '../transport/transport.ts';

/** The field manager of everything that Portolan writes. */
const fieldManager = 'portolan';

export interface StatusWrite {
  namespace?: string | undefined;
  name: string;
  /** The version that the patch was computed from: the write is refused when there is a newer one. */
  resourceVersion: string | undefined;
  /** An RFC 7386 merge patch of the object, such as `{ status: { … } }`. */
  patch: object;
}

export type StatusWriteResult =
  /** `resourceVersion` is that of the object after the write, where the server told it. */
  | { kind: 'written'; resourceVersion?: string }
  /** There is a newer version, which the watch brings: compute again. */
  | { kind: 'conflict' }
  /** The object is no more. */
  | { kind: 'gone' };

/** Writes the status subresource of one kind. */
export interface StatusWriter {
  /**
   * Sends one merge patch. Other failures than a conflict or a missing object are the transport's errors, and
   * RUNTIME_NOT_LEADING when the fence is closed.
   */
  write(write: StatusWrite, options?: { signal?: AbortSignal }): Promise<StatusWriteResult>;
}

/** How long a write may take (the transport's own default). */
const timeoutMs = 30_000;

/**
 * Creates the {@link StatusWriter} of one kind.
 *
 * @param options.fence - who may write; everybody where absent. A write ends when its time is over: what is answered
 *   later is not awaited, and what is still queued for a connection is not sent
 */
export function createStatusWriter(options: {
  transport: Transport;
  resource: ResourceType;
  clock: Clock;
  metrics: RuntimeMetrics;
  log: RuntimeLogger;
  fence?: Fence | undefined;
}): StatusWriter {
  const { transport, resource, metrics, log, fence } = options;
  const kind = resourceName(resource);
  const count = (outcome: StatusWriteOutcome): void => metrics.statusWrite({ resource: kind, outcome });
  return {
    write: async ({ namespace, name, resourceVersion, patch }, { signal } = {}) => {
      const leftMs = fence?.leftMs() ?? timeoutMs;
      if (leftMs <= 0) {
        count('fenced');
        throw new RuntimeError(
          runtimeErrorCodes.notLeading,
          `failed to patch ${kind}/status: this process does not lead`,
        );
      }
      try {
        const answer = await transport.request({
          method: 'PATCH',
          path: resourcePath(resource, { namespace, name, subresource: 'status' }),
          query: { fieldManager },
          // A version in the patch is a precondition: the API server answers 409 when it is not the stored one.
          body: resourceVersion === undefined ? patch : { ...patch, metadata: { resourceVersion } },
          contentType: 'application/merge-patch+json',
          timeoutMs: Math.min(timeoutMs, leftMs),
          signal,
          labels: { verb: 'patch', resource: `${kind}/status` },
        });
        count('written');
        const written = resourceVersionOf(answer);
        return { kind: 'written', ...(written !== undefined && { resourceVersion: written }) };
      } catch (error) {
        const status =
          error instanceof RuntimeError && error.code === runtimeErrorCodes.apiStatus ? error.status : undefined;
        if (status === 409) {
          count('conflict');
          return { kind: 'conflict' };
        }
        if (status === 404) {
          count('gone');
          return { kind: 'gone' };
        }
        count('error');
        log.debug({ resource: kind, namespace, name, error: messageOf(error) }, 'failed to write a status');
        throw error;
      }
    },
  };
}

function resourceVersionOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('metadata' in answer)) return undefined;
  const { metadata } = answer;
  if (typeof metadata !== 'object' || metadata === null || !('resourceVersion' in metadata)) return undefined;
  return typeof metadata.resourceVersion === 'string' ? metadata.resourceVersion : undefined;
}
