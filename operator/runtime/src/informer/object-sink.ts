import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { eventLoop } from '../event-loop.ts';
import { objectKey, resourceName, type KubernetesObject, type ResourceType } from '../kubernetes/object.ts';
import type { RepeatLog } from '../logging/repeat-log.ts';
import type { RuntimeMetrics } from '../metrics/metrics.ts';
import type { WritableStore } from '../store/store.ts';

/** Where a reflector puts what it receives: transformed, and into the store. One object's failure stops no other. */
export interface ObjectSink {
  /** Stores an added or modified object. */
  put(raw: unknown): void;
  remove(raw: unknown): void;
  /**
   * Begins a complete listing of the source. Until it ends, and if it never does, nothing is taken away. Of a server
   * that went back in time (`isRestored`) older versions are believed, too.
   */
  startListing(options: { initial: boolean; isRestored: boolean }): Listing;
}

/** A listing in progress. */
export interface Listing {
  put(raw: unknown): void;
  /** All has been named: whatever else this source held is gone. */
  end(): Promise<void>;
}

/**
 * Creates the sink of one source.
 *
 * @param options.namespace - what a listing is limited to, as other sources fill the same store
 */
export function createObjectSink<T extends KubernetesObject>(options: {
  store: WritableStore<T>;
  resource: ResourceType;
  namespace: string | undefined;
  transform: (raw: unknown) => T;
  repeatLog: RepeatLog;
  metrics: RuntimeMetrics;
}): ObjectSink {
  const { store, namespace, transform, repeatLog, metrics } = options;
  const resource = resourceName(options.resource);

  const reportFailure = (key: string | undefined, error: unknown): void => {
    metrics.transformFailure({ resource });
    const code = runtimeErrorCodes.transform;
    const bindings = { code, resource, key, reason: messageOf(error) };
    repeatLog.error(`transform ${resource}`, bindings, 'failed to store an object; it is left out');
  };
  const transformed = (raw: KubernetesObject): T => {
    const object = transform(raw);
    // Whatever a transform drops, without these the store cannot work.
    if (identityOf(object) !== identityOf(raw)) {
      throw new RuntimeError(runtimeErrorCodes.transform, 'the transform changed the identity of the object');
    }
    return object;
  };
  /** Gives the key, or undefined for what has no identity and is left out. */
  const put = (raw: unknown, from: { initial: boolean; isRestored?: boolean }): string | undefined => {
    if (!isObject(raw)) {
      reportFailure(undefined, new Error('the object has no name'));
      return undefined;
    }
    const key = objectKey(raw);
    try {
      store.put(transformed(raw), { raw, ...from });
    } catch (error) {
      reportFailure(key, error);
      // The version before goes on to serve, but not that of an earlier object of the same name.
      if (store.get(key)?.metadata.uid !== raw.metadata.uid) store.remove(key, { initial: from.initial });
    }
    return key;
  };
  return {
    put: (raw) => void put(raw, { initial: false }),
    remove: (raw) => {
      if (!isObject(raw)) {
        reportFailure(undefined, new Error('the deleted object has no name'));
        return;
      }
      store.remove(objectKey(raw), { raw, resourceVersion: raw.metadata.resourceVersion });
    },
    startListing: (from) => {
      const seen = new Set<string>();
      return {
        put: (raw) => {
          const key = put(raw, from);
          if (key !== undefined) seen.add(key);
        },
        end: async () => {
          const prefix = namespace === undefined ? '' : `${namespace}/`;
          // Other keys may come and go meanwhile: what comes is not told to this listing and would be taken for gone.
          const held = [...store.keys()];
          for (const key of held) {
            if (key.startsWith(prefix) && !seen.has(key)) store.remove(key);
            await eventLoop.breathe();
          }
        },
      };
    },
  };
}

function identityOf(object: KubernetesObject): string {
  const { uid = '', resourceVersion = '' } = object.metadata;
  return `${objectKey(object)} ${uid} ${resourceVersion}`;
}

function isObject(raw: unknown): raw is KubernetesObject {
  if (typeof raw !== 'object' || raw === null || !('metadata' in raw)) return false;
  const { metadata } = raw;
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    'name' in metadata &&
    typeof metadata.name === 'string' &&
    metadata.name !== ''
  );
}
