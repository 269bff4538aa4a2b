import { createCatalog } from '@portolan/catalog';
import type { EntityResource } from '@portolan/crds';
import { describe, expect, test } from 'vitest';
import { prepareCatalog } from './prepare-catalog.ts';

const names = ['a', 'b', 'c'];
const resources = names.map(
  (name) =>
    ({
      apiVersion: 'portolan.dev/v1alpha1',
      kind: 'Component',
      metadata: { name, namespace: 'default', uid: name, resourceVersion: '1' },
      spec: { type: 'service' },
    }) as EntityResource,
);

function catalogOfThree() {
  const catalog = createCatalog({ preparedAtOnce: 1 });
  catalog.apply(resources.map((resource) => ({ type: 'upsert', resource })));
  return catalog;
}

describe('preparing the catalog', () => {
  test('waits until all entities are listed, then goes part by part', async () => {
    const { promise: synced, resolve } = Promise.withResolvers<void>();
    let isListed = false;
    const catalog = catalogOfThree();
    const informers = [{ synced: Promise.resolve() }, { synced }];
    const prepared = prepareCatalog({ catalog, informers, signal: new AbortController().signal }).then((parts) => ({
      parts,
      isListed,
    }));
    isListed = true;
    resolve();
    const { parts, ...when } = await prepared;
    expect(when.isListed).toBe(true);
    expect(parts).toBeGreaterThan(names.length);
    expect(Array.from(catalog.prepare({ orders: [[]], paths: ['kind'] }))).toEqual([]);
  });

  test('stops with the process', async () => {
    const informers = [{ synced: Promise.resolve() }];
    expect(await prepareCatalog({ catalog: catalogOfThree(), informers, signal: AbortSignal.abort() })).toBe(0);
  });
});
