import type { Catalog } from '@portolan/catalog';
import { describe, expect, test } from 'vitest';
import { seededCatalog, seeds, toResource, uidOf } from '../testing/seed.ts';
import { concernOf, firstOutlook, heardOf, type Concern, type Interest } from './interest.ts';

let version = 5_000;

/** Writes a seed again with another spec. */
function rewrite(catalog: Catalog, ref: string, spec: object): void {
  const index = seeds.findIndex(
    ({ kind, namespace = 'default', name }) => `${kind}:${namespace}/${name}`.toLowerCase() === ref,
  );
  const seed = seeds[index];
  if (seed === undefined) throw new TypeError(`no seed ${ref}`);
  const resource = toResource({ ...seed, spec: { ...seed.spec, ...spec } }, index);
  const metadata = { ...resource.metadata, resourceVersion: String(version++), generation: version };
  catalog.apply([{ type: 'upsert', resource: { ...resource, metadata } }]);
}

function remove(catalog: Catalog, name: string): void {
  catalog.apply([{ type: 'delete', uid: uidOf(seeds.findIndex((seed) => seed.name === name)) }]);
}

/** What a change means to who has this interest and does not see what is hidden. */
function after(interest: Partial<Interest>, change: (catalog: Catalog) => void, hidden?: string): Concern {
  const catalog = seededCatalog();
  const visible = hidden === undefined ? undefined : { has: (id: number) => catalog.refOf(id) !== hidden };
  const whole: Interest = { refs: [], filter: undefined, ...interest };
  const outlook = firstOutlook(catalog, whole, visible);
  const refs = new Set<string>();
  catalog.subscribe((notice) => {
    for (const ref of notice.refs) refs.add(ref);
  });
  change(catalog);
  return concernOf(catalog, { interest: whole, outlook, heard: heardOf(catalog, refs, visible) }, visible);
}

const services: Partial<Interest> = { filter: { key: 'spec.type', values: ['service'] } };
const orders: Partial<Interest> = { refs: ['component:default/orders'] };

describe('a page about one entity', () => {
  test('hears of the entity, and of what is related to it either way', () => {
    for (const ref of ['component:default/orders', 'resource:default/orders-db', 'component:default/web']) {
      const concern = after({ refs: ['component:default/orders', 'api:default/orders'] }, (catalog) =>
        rewrite(catalog, ref, { description: 'new' }),
      );
      expect(concern).toEqual({ type: 'changed', refs: [ref], more: 0 });
    }
  });

  test('hears that others change only as something elsewhere', () => {
    expect(after(orders, (catalog) => rewrite(catalog, 'user:default/ada', { description: 'new' }))).toEqual({
      type: 'elsewhere',
    });
  });

  test('hears that the entity or a neighbour is gone', () => {
    expect(after({ refs: ['component:pay/ledger'] }, (catalog) => remove(catalog, 'ledger')).type).toBe('changed');
    expect(after(orders, (catalog) => remove(catalog, 'orders-db')).type).toBe('changed');
    expect(after({ refs: ['resource:default/orders-db'] }, (catalog) => remove(catalog, 'checkout')).type).toBe(
      'changed',
    );
  });

  test('hears that what it names and nobody has appears', () => {
    const seed = { kind: 'Component' as const, name: 'nowhere', spec: { type: 'x', lifecycle: 'y', owner: 'z' } };
    const concern = after(orders, (catalog) => catalog.apply([{ type: 'upsert', resource: toResource(seed, 99) }]));
    expect(concern.type).toBe('changed');
  });
});

describe('a list', () => {
  test('hears of entities that match, that begin to, and that stop to', () => {
    const type = (ref: string, value: string) => (catalog: Catalog) => rewrite(catalog, ref, { type: value });
    expect(after(services, type('component:default/web', 'service'))).toMatchObject({
      refs: ['component:default/web'],
    });
    expect(after(services, type('component:default/orders', 'job'))).toEqual({ type: 'changed', refs: [], more: 0 });
    expect(after(services, type('component:default/web', 'job'))).toEqual({ type: 'elsewhere' });
  });

  test('names some of many, and counts the rest', () => {
    const many = Array.from({ length: 70 }, (_, at) => ({
      type: 'upsert' as const,
      resource: toResource({ kind: 'Component', name: `c-${at}`, spec: { type: 'service' } }, 200 + at),
    }));
    const concern = after(services, (catalog) => catalog.apply(many));
    expect(concern).toMatchObject({ type: 'changed', more: 20 });
  });
});

describe('what a caller does not see', () => {
  const hidden = 'component:default/orders';

  test('is not heard of, neither changed nor gone', () => {
    const rewritten = after(services, (catalog) => rewrite(catalog, hidden, { description: 'x' }), hidden);
    expect(JSON.stringify(rewritten)).not.toContain('component:default/orders');
    expect(after(services, (catalog) => catalog.apply([{ type: 'delete', uid: uidOf(7) }]), hidden)).not.toMatchObject({
      type: 'changed',
    });
  });

  test('does not even count as something elsewhere', () => {
    const alone = { kind: 'Component' as const, name: 'alone', spec: { type: 'x' } };
    const appears = (catalog: Catalog) => catalog.apply([{ type: 'upsert', resource: toResource(alone, 300) }]);
    expect(after(orders, appears, 'component:default/alone')).toEqual({ type: 'nothing' });
    expect(after(orders, appears)).toEqual({ type: 'elsewhere' });
  });
});
