import { describe, expect, it } from 'vitest';
import { prevailingClaim } from './claims.ts';
import type { ComponentSpec } from '../kinds/entity-resource.ts';
import { declaredRefs, entityRef, type Named } from './entity-refs.ts';
import { createNamespaceMapping } from './namespaces.ts';
import { relationRules } from './relation-rules.ts';

const component: Named & { kind: 'Component'; spec: ComponentSpec } = {
  kind: 'Component',
  metadata: { name: 'shop', namespace: 'apps' },
  spec: {
    type: 'service',
    lifecycle: 'production',
    owner: 'Team-A',
    system: 'retail/Checkout',
    consumesApis: ['orders', 'api:billing/invoices'],
    dependsOn: ['resource:db', 'broken', 'a/b/c'],
  },
};

describe('the references of a spec', () => {
  it('are canonical, in the order of the rules, and leave out what is none', () => {
    const refs = declaredRefs(component, createNamespaceMapping());
    expect(refs.map(({ field, ref, relation, reverse }) => [field, ref, relation, reverse])).toEqual([
      ['spec.owner', 'group:apps/team-a', 'ownedBy', 'ownerOf'],
      ['spec.system', 'system:retail/checkout', 'partOf', 'hasPart'],
      ['spec.consumesApis', 'api:apps/orders', 'consumesApi', 'apiConsumedBy'],
      ['spec.consumesApis', 'api:billing/invoices', 'consumesApi', 'apiConsumedBy'],
      ['spec.dependsOn', 'resource:apps/db', 'dependsOn', 'dependencyOf'],
    ]);
  });

  it('are in the namespaces of the catalog, whichever name of the default one they use', () => {
    const namespaces = createNamespaceMapping({ defaultNamespace: 'apps' });
    expect(entityRef(component, namespaces)).toBe('component:default/shop');
    const [owner] = declaredRefs(component, namespaces);
    expect(owner?.ref).toBe('group:default/team-a');
    const spec = { ...component.spec, owner: 'apps/team-b', system: 'default/checkout' };
    expect(declaredRefs({ ...component, spec }, namespaces).map(({ ref }) => ref)).toEqual(
      expect.arrayContaining(['group:default/team-b', 'system:default/checkout']),
    );
    expect(namespaces.toKubernetes(namespaces.toCatalog('apps'))).toBe('apps');
  });

  it("make relations that come in pairs: a reverse is some rule's relation or nobody's", () => {
    const pairs = new Map(relationRules.flatMap(({ relation, reverse }) => [[relation, reverse] as const]));
    for (const { relation, reverse } of relationRules) {
      expect(pairs.get(relation)).toBe(reverse);
      expect(pairs.get(reverse) ?? relation).toBe(relation);
    }
  });
});

describe('two objects that claim one reference', () => {
  const claim = (creationTimestamp: string, uid: string) => ({ metadata: { creationTimestamp, uid } });

  it('are served by the older one, whoever asks in which order', () => {
    const older = claim('2026-01-01T00:00:00Z', 'z');
    const newer = claim('2026-01-01T00:00:01Z', 'a');
    expect(prevailingClaim(older, newer)).toBe(older);
    expect(prevailingClaim(newer, older)).toBe(older);
  });

  it('of the same second are told apart by their uid', () => {
    const a = claim('2026-01-01T00:00:00Z', 'a');
    const b = claim('2026-01-01T00:00:00Z', 'b');
    expect(prevailingClaim(b, a)).toBe(a);
    expect(prevailingClaim(a, b)).toBe(a);
  });
});
