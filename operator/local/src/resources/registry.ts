import { storageKey, type Resource } from './resource.ts';

/** Which resources there are now. It changes with the CRDs. */
export interface Registry {
  all(): readonly Resource[];
  find(group: string, version: string, plural: string): Resource | undefined;
  /** Any served version of a stored resource. */
  byStorageKey(key: string): Resource | undefined;
  /** Replaces every version of what is stored under `key`; an empty list removes it. */
  set(key: string, resources: readonly Resource[]): void;
}

export function createRegistry(initial: readonly Resource[]): Registry {
  const byKey = new Map<string, readonly Resource[]>();
  for (const resource of initial) byKey.set(storageKey(resource), [resource]);
  let all: readonly Resource[] = [...initial];
  return {
    all: () => all,
    find: (group, version, plural) =>
      byKey.get(storageKey({ group, plural }))?.find((resource) => resource.version === version),
    byStorageKey: (key) => byKey.get(key)?.[0],
    set: (key, resources) => {
      if (resources.length === 0) byKey.delete(key);
      else byKey.set(key, resources);
      all = [...byKey.values()].flat();
    },
  };
}
