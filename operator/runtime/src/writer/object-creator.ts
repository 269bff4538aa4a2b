import { RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { apiVersionOf, resourceName, resourcePath, type ResourceType } from '../kubernetes/object.ts';
import type { Fence } from '../leader/elector.ts';
import type { Transport } from '../transport/transport.ts';

/** An object to be, without its type. */
export interface NewObject {
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: object;
}

/** Creates objects of one kind. */
export interface ObjectCreator {
  /**
   * Creates the object unless it exists. Other failures are the transport's errors, and RUNTIME_NOT_LEADING when the
   * fence is closed.
   */
  create(object: NewObject, options?: { signal?: AbortSignal }): Promise<'created' | 'exists'>;
}

/** How long a creation may take (the transport's own default). */
const timeoutMs = 30_000;

/**
 * Creates the {@link ObjectCreator} of one kind.
 *
 * @param options.fence - who may write, as for status writers
 */
export function createObjectCreator(options: {
  transport: Pick<Transport, 'request'>;
  resource: ResourceType;
  fence?: Fence | undefined;
}): ObjectCreator {
  const { transport, resource, fence } = options;
  const kind = resourceName(resource);
  return {
    create: async (object, { signal } = {}) => {
      const leftMs = fence?.leftMs() ?? timeoutMs;
      if (leftMs <= 0) {
        throw new RuntimeError(runtimeErrorCodes.notLeading, `failed to create ${kind}: this process does not lead`);
      }
      try {
        await transport.request({
          method: 'POST',
          path: resourcePath(resource, { namespace: object.metadata.namespace }),
          query: { fieldManager: 'portolan' },
          body: { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object },
          timeoutMs: Math.min(timeoutMs, leftMs),
          signal,
          labels: { verb: 'create', resource: kind },
        });
        return 'created';
      } catch (error) {
        if (error instanceof RuntimeError && error.reason === 'AlreadyExists') return 'exists';
        throw error;
      }
    },
  };
}
