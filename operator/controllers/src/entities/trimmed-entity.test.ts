import { createNamespaceMapping, type EntityResource } from '@portolan/crds';
import { describe, expect, it } from 'vitest';
import { createInterner } from './interner.ts';
import { trimEntity } from './trimmed-entity.ts';

const at = '2026-01-01T00:00:00Z';

function component(name: string): EntityResource {
  return {
    apiVersion: 'portolan.dev/v1alpha1',
    kind: 'Component',
    metadata: { name, namespace: 'ns', uid: name, resourceVersion: '1', generation: 1, creationTimestamp: at },
    spec: { type: 'service', lifecycle: 'production', owner: 'team', dependsOn: ['resource:db'] },
    status: {
      observedGeneration: 1,
      ownerRef: 'group:ns/team',
      refs: { total: 2 },
      conditions: [
        { type: 'Ready', status: 'True', reason: 'Accepted', message: name, lastTransitionTime: at },
        { type: 'RefsResolved', status: 'True', reason: 'AllResolved', message: 'All.', lastTransitionTime: at },
      ],
    },
  };
}

describe('a trimmed entity', () => {
  it('is the same whether its parts are shared or not, its status to the letter', () => {
    const namespaces = createNamespaceMapping();
    const interner = createInterner();
    for (const name of ['one', 'two', 'one']) {
      const raw = component(name);
      const shared = trimEntity(raw, namespaces, interner);
      expect(shared).toEqual(trimEntity(raw, namespaces));
      expect(shared.status).toEqual(raw.status);
    }
  });

  it('shares refs and conditions with the others', () => {
    const namespaces = createNamespaceMapping();
    const interner = createInterner();
    const [one, two] = ['one', 'two'].map((name) => trimEntity(component(name), namespaces, interner));
    expect(one?.refs.map((ref, index) => ref === two?.refs[index])).toEqual([true, true]);
    expect(one?.status?.conditions?.[1]).toBe(two?.status?.conditions?.[1]);
    expect(one?.status?.conditions?.[0]).not.toEqual(two?.status?.conditions?.[0]);
  });
});
