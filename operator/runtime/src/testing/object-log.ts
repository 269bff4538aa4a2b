/** An object as a test server stores it. */
export interface StoredObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; uid: string; resourceVersion: string; [field: string]: unknown };
  [field: string]: unknown;
}

export interface LoggedEvent {
  version: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: StoredObject;
}

/** What a test gives of an object; the log adds uid and resourceVersion. */
export type ObjectInput = { metadata: { name: string; namespace?: string; [field: string]: unknown } } & Record<
  string,
  unknown
>;

/** One collection with its history, as etcd would hold it. */
export interface ObjectLog {
  readonly version: number;
  objects(namespace?: string): StoredObject[];
  get(key: string): StoredObject | undefined;
  /** Creates or replaces by namespace and name. */
  put(input: ObjectInput): StoredObject;
  remove(key: string): void;
  /** Events after a version; undefined when that is compacted. */
  since(version: number): LoggedEvent[] | undefined;
  /** Forgets the history, so that watching from before now is 410. */
  compact(): void;
  /** Becomes what it was at an earlier time, as a cluster restored from a backup; nobody is told. */
  restore(backup: { version: number; objects: readonly StoredObject[] }): void;
  onEvent(fn: (event: LoggedEvent) => void): void;
}

/** Creates an empty {@link ObjectLog}. */
export function createObjectLog(type: { apiVersion: string; kind: string }): ObjectLog {
  const objects = new Map<string, StoredObject>();
  const listeners: ((event: LoggedEvent) => void)[] = [];
  let events: LoggedEvent[] = [];
  let version = 1_000;
  let uids = 0;
  let compacted = version;

  const emit = (eventType: LoggedEvent['type'], object: StoredObject): void => {
    const event = { version, type: eventType, object };
    events.push(event);
    for (const listener of listeners) listener(event);
  };
  const keyOf = ({ metadata }: ObjectInput): string =>
    metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
  return {
    get version() {
      return version;
    },
    objects: (namespace) =>
      [...objects.values()].filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
    get: (key) => objects.get(key),
    put: (input) => {
      const key = keyOf(input);
      const before = objects.get(key);
      version += 1;
      uids += before === undefined ? 1 : 0;
      const uid = before?.metadata.uid ?? `uid-${uids}`;
      const object = { ...type, ...input, metadata: { ...input.metadata, uid, resourceVersion: String(version) } };
      objects.set(key, object);
      emit(before === undefined ? 'ADDED' : 'MODIFIED', object);
      return object;
    },
    remove: (key) => {
      const object = objects.get(key);
      if (object === undefined) return;
      version += 1;
      objects.delete(key);
      emit('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
    },
    since: (from) => (from < compacted ? undefined : events.filter((event) => event.version > from)),
    compact: () => {
      version += 1;
      compacted = version;
      events = [];
    },
    restore: (backup) => {
      version = backup.version;
      compacted = backup.version;
      events = [];
      objects.clear();
      for (const object of backup.objects) objects.set(keyOf(object), object);
    },
    onEvent: (fn) => {
      listeners.push(fn);
    },
  };
}
