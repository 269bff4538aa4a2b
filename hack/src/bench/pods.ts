import { createPodTransform, workloadIndexes } from '@portolan/controllers';
import { podText } from './pod-shapes.ts';
import { describeStored, measureStored, type StoredCost } from './stored-cost.ts';

/**
 * `hack/bench pods N`: what a pod costs in the operator's memory: N pods as a watch brings them, trimmed and put into a
 * store with its indexes (aim: 1.2 kB each).
 */
export function benchPods(count: number, print: (line: string) => void): Promise<void> {
  print(describeStored('pods', measurePods(count)));
  return Promise.resolve();
}

export function measurePods(count: number): StoredCost {
  return measureStored({ count, textOf: podText, transform: createPodTransform, indexes: workloadIndexes });
}
