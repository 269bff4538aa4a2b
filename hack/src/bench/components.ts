import { createInterner, entityIndexes, linkIndexes, trimEntity } from '@portolan/controllers';
import { createNamespaceMapping, type EntityResource } from '@portolan/crds';
import { componentText } from './component-shapes.ts';
import { describeStored, measureStored, type StoredCost } from './stored-cost.ts';

/**
 * `hack/bench components N`: what a Component with its full status costs in the operator's memory: N of them as a watch
 * brings them, trimmed and put into a store with all its indexes.
 */
export function benchComponents(count: number, print: (line: string) => void): Promise<void> {
  print(describeStored('components', measureComponents(count)));
  return Promise.resolve();
}

export function measureComponents(count: number): StoredCost {
  const namespaces = createNamespaceMapping();
  const transform = () => {
    const interner = createInterner();
    return (raw: unknown) => trimEntity(raw as EntityResource, namespaces, interner);
  };
  return measureStored({ count, textOf: componentText, transform, indexes: { ...entityIndexes, ...linkIndexes } });
}
