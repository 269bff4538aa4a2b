import { createCatalog, type Catalog } from '@portolan/catalog';
import type { Losses, TrimmedEntity } from '@portolan/controllers';
import { noLosses, trimEntity } from '@portolan/controllers';
import { createNamespaceMapping, type EntityKind, type EntityResource } from '@portolan/crds';
import { createStore } from '@portolan/runtime';
import { describe, expect, it } from 'vitest';
import { createRestatement, type Restatement } from './restatement.ts';

const sinceMs = Date.UTC(2026, 0, 2);
const silent: Losses = {
  everything: { reason: 'Stale', message: 'The operator is silent.', sinceMs },
  sources: [],
};
const withoutPods: Losses = {
  everything: undefined,
  sources: [{ resource: 'pods', kind: 'Pod', reason: 'Forbidden', message: 'No pods.', sinceMs }],
};

function resourceOf(name: string, verdict?: 'Healthy' | 'Degraded'): EntityResource {
  const known = {
    verdict: verdict ?? 'Healthy',
    reason: 'Ready',
    message: 'm',
    since: '2026-01-01T00:00:00Z',
  } as const;
  const item = { kind: 'Deployment', namespace: 'home', name, link: 'Name', desired: 1, ready: 1, ...known } as const;
  return {
    apiVersion: 'portolan.dev/v1alpha1',
    kind: 'Component',
    metadata: { name, namespace: 'home', uid: name, resourceVersion: '1' },
    spec: { type: 'service', lifecycle: 'production', owner: 'team' },
    status: {
      conditions: [],
      ...(verdict !== undefined && {
        health: known,
        workloads: { total: 1, desired: 1, ready: 1, items: [item] },
      }),
    },
  };
}

interface Served {
  catalog: Catalog;
  restatement: Restatement;
  put: (resource: EntityResource) => void;
  counts: () => Record<string, number>;
  slices: () => number;
}

function serve(...resources: EntityResource[]): Served {
  const namespaces = createNamespaceMapping();
  const catalog = createCatalog({ namespaces });
  const store = createStore<TrimmedEntity>();
  const stores = new Map<EntityKind, typeof store>([['Component', store]]);
  let slices = 0;
  const restatement = createRestatement({ stores, catalog, onSlice: () => (slices += 1) });
  let version = 0;
  const put = (input: EntityResource): void => {
    version += 1;
    const resource = { ...input, metadata: { ...input.metadata, resourceVersion: String(version) } };
    store.put(trimEntity(resource, namespaces));
    catalog.apply([{ type: 'upsert', resource: restatement.told(resource) }]);
  };
  resources.forEach(put);
  const verdict = 'status.portolan.health.verdict';
  return {
    catalog,
    restatement,
    put,
    slices: () => slices,
    counts: () =>
      Object.fromEntries(
        (catalog.facets({ paths: [verdict] }).get(verdict) ?? []).map(({ value, count }) => [value, count]),
      ),
  };
}

function bytesOf({ catalog }: Served): string[] {
  return catalog.query({}).ids.map((id) => catalog.bytes(id).toString());
}

describe('the read model while something is lost', () => {
  it('tells Unknown of all that depends on it, and afterwards every byte as before', async () => {
    const served = serve(resourceOf('cart', 'Healthy'), resourceOf('shop', 'Degraded'), resourceOf('docs'));
    const before = bytesOf(served);
    served.restatement.set(silent);
    await served.restatement.settled();
    expect(served.counts()).toEqual({ Unknown: 2 });
    expect(bytesOf(served).join()).toContain('"lastKnown":{"verdict":"Degraded"');
    served.restatement.set(noLosses);
    await served.restatement.settled();
    expect(served.counts()).toEqual({ Degraded: 1, Healthy: 1 });
    expect(bytesOf(served)).toEqual(before);
  });

  it('tells Unknown of what changes or comes meanwhile, and then what became of it', async () => {
    const served = serve(resourceOf('cart', 'Degraded'));
    served.restatement.set(withoutPods);
    await served.restatement.settled();
    served.put(resourceOf('cart', 'Healthy'));
    served.put(resourceOf('new', 'Healthy'));
    expect(served.counts()).toEqual({ Unknown: 2 });
    served.restatement.set(noLosses);
    await served.restatement.settled();
    expect(served.counts()).toEqual({ Healthy: 2 });
  });

  it('tells the last of several losses, however quickly they follow one another', async () => {
    const served = serve(...Array.from({ length: 500 }, (_, at) => resourceOf(`part-${at}`, 'Healthy')));
    served.restatement.set(silent);
    served.restatement.set(noLosses);
    served.restatement.set(withoutPods);
    await served.restatement.settled();
    const [health] = served.catalog
      .query({ limit: 1 })
      .ids.map((id) => served.catalog.entity(id).status.portolan.health);
    expect(health?.reason).toBe('Forbidden');
    expect(served.counts()).toEqual({ Unknown: 500 });
  });

  it('is restated in small slices, and not at all where nothing is affected', async () => {
    const served = serve(...Array.from({ length: 500 }, (_, at) => resourceOf(`part-${at}`, 'Healthy')));
    const before = served.catalog.revision;
    served.restatement.set({
      everything: undefined,
      sources: withoutPods.sources.map((each) => ({ ...each, kind: 'Service' })),
    });
    await served.restatement.settled();
    expect(served.catalog.revision).toBe(before);
    const idle = served.slices();
    served.restatement.set(silent);
    await served.restatement.settled();
    expect(served.slices() - idle).toBeGreaterThanOrEqual(10);
  });

  it('never tells what was so before a change that comes while it restates', async () => {
    const served = serve(resourceOf('cart', 'Healthy'), resourceOf('shop', 'Healthy'));
    served.restatement.set(silent);
    await served.restatement.settled();
    served.restatement.set(noLosses);
    served.put(resourceOf('cart', 'Degraded'));
    await served.restatement.settled();
    expect(served.counts()).toEqual({ Degraded: 1, Healthy: 1 });
  });
});
