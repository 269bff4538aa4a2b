import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createStore, type KubernetesObject, type StoreIndexes } from '@portolan/runtime';

const warmUp = 2_000;

/** What objects of one kind cost in the operator's memory. */
export interface StoredCost {
  objects: number;
  bytesAsSent: number;
  /** Heap and external memory after a collection. */
  bytesEach: number;
  /** To parse, trim and store. */
  microsecondsEach: number;
}

/**
 * Fills a store in this process and measures it.
 *
 * @param options.textOf - an object as the API server sends it
 * @param options.transform - builds the transform, with what it shares between objects
 */
export function measureStored<T extends KubernetesObject>(options: {
  count: number;
  textOf: (at: number) => string;
  transform: () => (raw: unknown) => T;
  indexes: StoreIndexes<T>;
}): StoredCost {
  const { count, textOf, transform, indexes } = options;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const fill = (objects: number): { store: { readonly size: number }; tookMs: number; trim: unknown } => {
    const trim = transform();
    const store = createStore({ indexes });
    let tookMs = 0;
    for (let at = 0; at < objects; at += 1) {
      const text = textOf(at);
      const startedAt = performance.now();
      store.put(trim(JSON.parse(text)));
      tookMs += performance.now() - startedAt;
    }
    return { store, tookMs, trim };
  };
  // What is compiled on the way is no object's.
  fill(warmUp);
  const before = used();
  const { store, tookMs, trim } = fill(count);
  const bytes = used() - before;
  // What the transform shares is a part of the cost, so it must live until here.
  if (typeof trim !== 'function') throw new TypeError('no transform');
  return {
    objects: store.size,
    bytesAsSent: textOf(1).length,
    bytesEach: bytes / store.size,
    microsecondsEach: (1000 * tookMs) / count,
  };
}

/** For people. */
export function describeStored(what: string, cost: StoredCost): string {
  const { objects, bytesAsSent, bytesEach, microsecondsEach } = cost;
  return `${objects} ${what} of ${bytesAsSent} bytes as sent: ${bytesEach.toFixed(0)} bytes each in memory; ${microsecondsEach.toFixed(1)} us each to parse, trim and store`;
}
