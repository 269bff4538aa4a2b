import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { objectKey, type KubernetesObject } from '../kubernetes/object.ts';
import { isAtLeast, isOlder } from '../kubernetes/resource-version.ts';
import type { Change } from './change.ts';
import { createStoreIndex, type StoreIndex, type StoreIndexes } from './store-index.ts';

/** The objects of one kind, in memory. Reads never wait. Objects are shared: whoever reads one must not change it. */
export interface Store<T> {
  /** By `namespace/name`, or `name` for a cluster-scoped object. */
  get(key: string): T | undefined;
  /** A new array of all objects, in no order that means something. */
  list(): T[];
  readonly size: number;
  /** The objects that an index finds under a value. An index that the store was not built with is a TypeError. */
  byIndex(index: string, value: string): T[];
  /** As {@link byIndex}, the keys. */
  keysByIndex(index: string, value: string): string[];
  /** Calls `fn` after every change, synchronously and in order; what is there already is not replayed. */
  subscribe(fn: (change: Change<T>) => void): () => void;
  /** The store is at least as new as this; undefined before the first listing is complete. */
  readonly resourceVersion: string | undefined;
}

/** A store with its writing side, which belongs to one informer (or to a test). */
export interface WritableStore<T> extends Store<T> {
  /**
   * Adds or replaces an object. The same or a surely older version of what is there changes nothing. Another uid under
   * the same key is told as a deletion and an addition. With `isRestored` an older version counts: the server was set
   * back. An index function that fails is RUNTIME_TRANSFORM, and the store stays as it was.
   */
  put(object: T, from?: { raw?: unknown; initial?: boolean; isRestored?: boolean }): void;
  /**
   * Removes an object. With `resourceVersion`, that of the deletion, a deletion surely older than what is there is
   * ignored: it belongs to an earlier object of that name.
   */
  remove(key: string, from?: { raw?: unknown; initial?: boolean; resourceVersion?: string | undefined }): void;
  keys(): MapIterator<string>;
  setResourceVersion(resourceVersion: string): void;
}

/**
 * Creates an empty store. A subscriber that throws harms neither the store nor the other subscribers; `onError` is told.
 *
 * @param options.freeze - makes every object immutable, all the way down, so that a test fails where one is changed
 */
export function createStore<T extends KubernetesObject>(
  options: { indexes?: StoreIndexes<T> | undefined; onError?: (error: unknown) => void; freeze?: boolean } = {},
): WritableStore<T> {
  const { freeze = false } = options;
  const objects = new Map<string, T>();
  const indexes = Object.entries(options.indexes ?? {}).map(([name, valuesOf]) => ({
    name,
    valuesOf,
    index: createStoreIndex(),
  }));
  const indexByName = new Map<string, StoreIndex>(indexes.map(({ name, index }) => [name, index]));
  let subscribers: readonly ((change: Change<T>) => void)[] = [];
  let resourceVersion: string | undefined;

  const notify = (change: Change<T>): void => {
    for (const subscriber of subscribers) {
      try {
        subscriber(change);
      } catch (error) {
        options.onError?.(error);
      }
    }
  };
  const indexNamed = (name: string): StoreIndex => {
    const index = indexByName.get(name);
    if (index === undefined) throw new TypeError(`the store has no index '${name}'`);
    return index;
  };
  const valuesIn = (object: T): (readonly string[])[] => {
    try {
      return indexes.map(({ valuesOf }) => valuesOf(object));
    } catch (error) {
      const message = `failed to index ${objectKey(object)}: ${messageOf(error)}`;
      throw new RuntimeError(runtimeErrorCodes.transform, message, { cause: error });
    }
  };
  const take = (key: string, object: T, from: { raw?: unknown; initial?: boolean }): void => {
    const values = valuesIn(object);
    objects.delete(key);
    for (const [at, { index }] of indexes.entries()) index.move(key, values[at] ?? [], []);
    notify({ type: 'deleted', key, object, raw: from.raw, initial: from.initial ?? false });
  };

  return {
    get: (key) => objects.get(key),
    list: () => [...objects.values()],
    get size() {
      return objects.size;
    },
    byIndex: (index, value) =>
      indexNamed(index)
        .keys(value)
        .flatMap((key) => objects.get(key) ?? []),
    keysByIndex: (index, value) => indexNamed(index).keys(value),
    subscribe: (fn) => {
      // A wrapper, so that one function may subscribe twice and leave once.
      const subscriber = (change: Change<T>): void => fn(change);
      subscribers = [...subscribers, subscriber];
      return () => {
        subscribers = subscribers.filter((each) => each !== subscriber);
      };
    },
    get resourceVersion() {
      return resourceVersion;
    },
    put: (object, { raw, initial = false, isRestored = false } = {}) => {
      const key = objectKey(object);
      if (freeze) deepFreeze(object);
      const values = valuesIn(object);
      let previous = objects.get(key);
      if (previous !== undefined) {
        if (isKnownVersion(previous, object, isRestored)) return;
        if (previous.metadata.uid !== object.metadata.uid) {
          take(key, previous, { initial });
          previous = undefined;
        }
      }
      objects.set(key, object);
      const before = previous === undefined ? [] : valuesIn(previous);
      for (const [at, { index }] of indexes.entries()) {
        index.move(key, before[at] ?? [], values[at] ?? []);
      }
      if (previous === undefined) notify({ type: 'added', key, object, raw, initial });
      else notify({ type: 'updated', key, object, previous, raw, initial });
    },
    remove: (key, from = {}) => {
      const object = objects.get(key);
      if (object === undefined) return;
      const { resourceVersion: stored } = object.metadata;
      if (from.resourceVersion !== undefined && stored !== undefined && isOlder(from.resourceVersion, stored)) return;
      take(key, object, from);
    },
    keys: () => objects.keys(),
    setResourceVersion: (next) => {
      resourceVersion = next;
    },
  };
}

/** Whether the store holds `next`, or something newer, already. Fails open: without comparable versions it does not. */
function isKnownVersion(stored: KubernetesObject, next: KubernetesObject, isRestored: boolean): boolean {
  const before = stored.metadata.resourceVersion;
  const after = next.metadata.resourceVersion;
  if (before === undefined || after === undefined || isRestored) return false;
  if (stored.metadata.uid === next.metadata.uid) return before === after || isAtLeast(before, after);
  // An earlier object of the same name.
  return isOlder(after, before);
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const each of Object.values(value)) deepFreeze(each);
}
