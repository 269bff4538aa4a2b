import { keyOf, withMetadata, type KubernetesObject, type StoredObject } from '../objects.ts';
import { createHistory, type Change, type History } from './history.ts';

/** Where objects are: one collection per resource, one version for all, as in etcd. It checks nothing. */
export interface Store {
  /** The version of the last write. */
  readonly version: number;
  get(resource: string, key: string): StoredObject | undefined;
  /** All objects of a resource in the order of their keys, as of now or as of an older version. */
  list(resource: string, version?: number): readonly StoredObject[] | undefined;
  count(resource: string): number;
  /** Keys of the resources that hold objects. */
  resources(): readonly string[];
  /** Stores an object under a new version and tells the watchers. */
  put(resource: string, object: KubernetesObject): StoredObject;
  /** Removes an object; its last state gets the version of the removal. Undefined when there is none. */
  remove(resource: string, key: string): StoredObject | undefined;
  /** Changes after a version; undefined when they are compacted. */
  changesAfter(resource: string, version: number): readonly Change[] | undefined;
  /** Calls `listener` with every later change of a resource, in order; returns what ends that. */
  subscribe(resource: string, listener: (change: Change) => void): () => void;
  /** Forgets all changes up to a version (default: the current one), as etcd's compaction does. */
  compact(version?: number): void;
}

interface Collection {
  objects: Map<string, StoredObject>;
  /** Sorted keys; undefined after one was added or removed. */
  keys: readonly string[] | undefined;
  history: History;
  listeners: Set<(change: Change) => void>;
}

/**
 * @param options.firstVersion the version before the first write
 * @param options.historyLimit changes that each resource keeps; older ones count as compacted
 */
export function createStore(options: { firstVersion: number; historyLimit: number }): Store {
  const collections = new Map<string, Collection>();
  let version = options.firstVersion;
  let compacted = options.firstVersion;

  const collectionOf = (resource: string): Collection => {
    const found = collections.get(resource);
    if (found !== undefined) return found;
    const made: Collection = {
      objects: new Map(),
      keys: undefined,
      history: createHistory({ limit: options.historyLimit }),
      listeners: new Set(),
    };
    // Nothing of a resource is known from before it was first asked for, as in the API server's own cache.
    made.history.compact(Math.max(compacted, version));
    collections.set(resource, made);
    return made;
  };
  const tell = (collection: Collection, change: Change): void => {
    collection.history.push(change);
    for (const listener of collection.listeners) listener(change);
  };
  const sortedKeys = (collection: Collection): readonly string[] =>
    (collection.keys ??= [...collection.objects.keys()].toSorted(byCodePoint));

  return {
    get version() {
      return version;
    },
    get: (resource, key) => collections.get(resource)?.objects.get(key),
    list: (resource, at = version) => {
      const collection = collectionOf(resource);
      if (at >= version) return sortedKeys(collection).flatMap((key) => collection.objects.get(key) ?? []);
      const later = collection.history.after(at);
      if (later === undefined) return undefined;
      return asBefore(collection.objects, later);
    },
    count: (resource) => collections.get(resource)?.objects.size ?? 0,
    resources: () => [...collections].filter(([, { objects }]) => objects.size > 0).map(([key]) => key),
    put: (resource, object) => {
      const collection = collectionOf(resource);
      version += 1;
      const stored = withMetadata(object, { resourceVersion: String(version) }) as StoredObject;
      const key = keyOf(stored.metadata.namespace, stored.metadata.name);
      const previous = collection.objects.get(key);
      if (previous === undefined) collection.keys = undefined;
      collection.objects.set(key, stored);
      tell(
        collection,
        previous === undefined
          ? { version, type: 'ADDED', object: stored }
          : { version, type: 'MODIFIED', object: stored, previous },
      );
      return stored;
    },
    remove: (resource, key) => {
      const collection = collectionOf(resource);
      const previous = collection.objects.get(key);
      if (previous === undefined) return undefined;
      version += 1;
      collection.objects.delete(key);
      collection.keys = undefined;
      const object = withMetadata(previous, { resourceVersion: String(version) });
      tell(collection, { version, type: 'DELETED', object, previous });
      return object;
    },
    changesAfter: (resource, after) => collectionOf(resource).history.after(after),
    subscribe: (resource, listener) => {
      const { listeners } = collectionOf(resource);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    compact: (upTo = version) => {
      compacted = Math.max(compacted, upTo);
      for (const { history } of collections.values()) history.compact(upTo);
    },
  };
}

/** Objects as they were before some changes, in the order of their keys. */
function asBefore(now: ReadonlyMap<string, StoredObject>, changes: readonly Change[]): StoredObject[] {
  const objects = new Map(now);
  for (const { object, previous } of changes.toReversed()) {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    if (previous === undefined) objects.delete(key);
    else objects.set(key, previous);
  }
  return [...objects].toSorted(([left], [right]) => byCodePoint(left, right)).map(([, object]) => object);
}

/** Keys are ASCII, so this is the order of their bytes, which is etcd's. */
function byCodePoint(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
