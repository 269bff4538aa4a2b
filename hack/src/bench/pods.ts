import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createInterner, ownerIndexes, podTrimmer } from '@portolan/controllers';
import { createStore } from '@portolan/runtime';
import { podText } from './pod-shapes.ts';

/** As the operator's own. */
const sharedParts = 1_024;
const warmUp = 2_000;

/** What pods cost in the operator's memory. */
export interface PodCost {
  pods: number;
  bytesAsSent: number;
  /** Heap and external memory after a collection. */
  bytesEach: number;
  /** To parse, trim and store. */
  microsecondsEach: number;
}

/**
 * `hack/bench pods N`: what a pod costs in the operator's memory, heap and external after a collection: N pods as a
 * watch brings them, trimmed and put into a store with its index by owner (aim: 1.2 kB each).
 */
export function benchPods(count: number, print: (line: string) => void): Promise<void> {
  const { pods, bytesAsSent, bytesEach, microsecondsEach } = measurePods(count);
  print(`${pods} pods of ${bytesAsSent} bytes as sent: ${bytesEach.toFixed(0)} bytes each in memory`);
  print(`${microsecondsEach.toFixed(1)} us each to parse, trim and store`);
  return Promise.resolve();
}

/** Fills a store in this process. */
export function measurePods(count: number): PodCost {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  // What is compiled on the way is no pod's.
  fill(warmUp);
  const before = used();
  const { store, tookMs } = fill(count);
  const bytes = used() - before;
  return {
    pods: store.size,
    bytesAsSent: podText(1).length,
    bytesEach: bytes / store.size,
    microsecondsEach: (1000 * tookMs) / count,
  };
}

function fill(count: number): { store: { readonly size: number }; tookMs: number } {
  const trim = podTrimmer(createInterner({ size: sharedParts }));
  const store = createStore({ indexes: ownerIndexes });
  let tookMs = 0;
  for (let at = 0; at < count; at += 1) {
    const text = podText(at);
    const startedAt = performance.now();
    store.put(trim(JSON.parse(text)));
    tookMs += performance.now() - startedAt;
  }
  return { store, tookMs };
}
