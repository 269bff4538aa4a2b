import type { Verdict } from '@portolan/crds';
import { describe, expect, test } from 'vitest';
import type { Catalog, ChangeNotice, Rollup } from '../model.ts';
import { catalogOf, idOf, resourceOf, uidsOf, upsert } from '../testing/resources.ts';

const key = 'status.portolan.rollup.verdict';
const health = (verdict: Verdict, reason = `Is${verdict}`) => ({ health: { verdict, reason } });

function rollupOf(catalog: Catalog, ref: string, seen?: readonly string[]): Rollup | undefined {
  const visible = seen && new Set(seen.map((each) => idOf(catalog, each)));
  return catalog.entity(idOf(catalog, ref), visible).status.portolan.rollup;
}

/** A System of Components with these verdicts; undefined where nothing is linked. */
function systemOf(...verdicts: readonly (Verdict | undefined)[]): Catalog {
  return catalogOf(
    { kind: 'System', name: 'shop' },
    ...verdicts.map((verdict, index) => ({
      name: `c${index}`,
      spec: { system: 'shop' },
      ...(verdict !== undefined && { status: health(verdict) }),
    })),
  );
}

describe('a roll-up', () => {
  test.each<[(Verdict | undefined)[], Verdict | undefined, string]>([
    [['Healthy', 'Unknown', 'Progressing', 'Degraded', 'Suspended'], 'Degraded', 'IsDegraded'],
    [['Healthy', 'Progressing', 'Unknown', undefined], 'Unknown', 'IsUnknown'],
    [['Healthy', 'Progressing', 'Suspended'], 'Progressing', 'IsProgressing'],
    [['Suspended', 'Healthy', undefined], 'Healthy', 'PartsHealthy'],
    [['Suspended', 'Suspended', undefined], 'Suspended', 'PartsSuspended'],
    [[undefined, undefined], undefined, 'NoPartHasHealth'],
    [[], undefined, 'NoParts'],
  ])('of %j is %s because of %s', (verdicts, verdict, reason) => {
    const rollup = rollupOf(systemOf(...verdicts), 'system:default/shop');
    expect(rollup?.verdict).toBe(verdict);
    expect(rollup?.reason).toBe(reason);
    expect(rollup?.total).toBe(verdicts.length);
    expect(rollup?.withoutHealth).toBe(verdicts.filter((each) => each === undefined).length);
  });

  test('never takes a verdict that it does not know for a good one', () => {
    const catalog = systemOf('Healthy', 'Splendid' as Verdict);
    expect(rollupOf(catalog, 'system:default/shop')).toMatchObject({ verdict: 'Unknown', reason: 'IsSplendid' });
  });

  test('names the ten worst parts, the worst first, then by ref, and counts the rest', () => {
    const verdicts = Array.from(
      { length: 30 },
      (_, index) => (index % 3 === 0 ? 'Degraded' : 'Progressing') as Verdict,
    );
    const rollup = rollupOf(systemOf(...verdicts, 'Healthy'), 'system:default/shop');
    const degraded = [0, 12, 15, 18, 21, 24, 27, 3, 6, 9].map((index) => `component:default/c${index}`);
    expect(rollup?.worst.map(({ ref }) => ref)).toEqual(degraded);
    expect(rollup?.worst[0]).toEqual({ ref: degraded[0], verdict: 'Degraded', reason: 'IsDegraded' });
    expect(rollup?.more).toBe(20);
  });

  test('of a System has its sub-components and Resources, of a Domain all that is in it, each once', () => {
    const catalog = catalogOf(
      { kind: 'Domain', name: 'all', spec: { subdomainOf: 'sales' } },
      { kind: 'Domain', name: 'sales', spec: { subdomainOf: 'all' } },
      { kind: 'System', name: 'shop', spec: { domain: 'sales' } },
      { kind: 'API', name: 'orders', spec: { system: 'shop' } },
      { kind: 'Resource', name: 'db', spec: { system: 'shop' }, status: health('Healthy') },
      { name: 'web', spec: { system: 'shop' } },
      { name: 'cart', spec: { subcomponentOf: 'web' }, status: health('Unknown') },
      { name: 'both', spec: { subcomponentOf: 'cart', system: 'shop' } },
    );
    const expected = { verdict: 'Unknown', total: 4, withoutHealth: 2 };
    expect(rollupOf(catalog, 'system:default/shop')).toMatchObject(expected);
    expect(rollupOf(catalog, 'domain:default/sales')).toMatchObject(expected);
    expect(rollupOf(catalog, 'domain:default/all')).toMatchObject(expected);
  });

  test('of a Group has what it and its child groups own, and tells its own apart', () => {
    const catalog = catalogOf(
      { kind: 'Group', name: 'company', spec: { children: ['teams'] } },
      { kind: 'Group', name: 'teams' },
      { kind: 'Group', name: 'web', spec: { parent: 'teams', children: ['company'] } },
      { kind: 'User', name: 'ada', spec: { memberOf: ['web'] } },
      { kind: 'System', name: 'shop', spec: { owner: 'company' } },
      { name: 'front', spec: { owner: 'web', system: 'shop' }, status: health('Degraded', 'CrashLoop') },
      { name: 'back', spec: { owner: 'teams' }, status: health('Healthy') },
      { name: 'pet', spec: { owner: 'user:ada' }, status: health('Progressing') },
    );
    const front = { ref: 'component:default/front', verdict: 'Degraded', reason: 'CrashLoop' };
    const teams = rollupOf(catalog, 'group:default/teams');
    expect(teams).toMatchObject({ verdict: 'Degraded', reason: 'CrashLoop', total: 2, worst: [front] });
    expect(teams?.direct).toMatchObject({ verdict: 'Healthy', total: 1 });
    expect(rollupOf(catalog, 'group:default/company')).toMatchObject({ total: 2, direct: { total: 0 } });
    expect(rollupOf(catalog, 'user:default/ada')).toMatchObject({ verdict: 'Progressing', total: 1 });
    expect(rollupOf(catalog, 'user:default/ada')).not.toHaveProperty('direct');
    expect(rollupOf(catalog, 'component:default/front')).toBeUndefined();
  });

  test('neither counts nor names what the caller does not see, nor what lies behind it', () => {
    const catalog = catalogOf(
      { kind: 'Domain', name: 'all' },
      { kind: 'System', name: 'shop', spec: { domain: 'all' } },
      { kind: 'System', name: 'secret', spec: { domain: 'all' } },
      { name: 'web', spec: { system: 'shop' }, status: health('Healthy') },
      { name: 'hidden', spec: { system: 'shop' }, status: health('Degraded') },
      { name: 'behind', spec: { system: 'secret' }, status: health('Degraded') },
    );
    const seen = ['domain:default/all', 'system:default/shop', 'component:default/web', 'component:default/behind'];
    expect(rollupOf(catalog, 'domain:default/all', seen)).toMatchObject({ verdict: 'Healthy', total: 1, worst: [] });
    expect(rollupOf(catalog, 'domain:default/all')).toMatchObject({ verdict: 'Degraded', total: 3 });
    const visible = new Set(seen.map((ref) => idOf(catalog, ref)));
    const degraded = { key, values: ['degraded'] };
    expect(catalog.query({ filter: degraded, visible }).total).toBe(0);
    expect(catalog.facets({ paths: [key], visible }).get(key)).toEqual([{ value: 'Healthy', count: 2 }]);
    expect(catalog.facets({ paths: [key] }).get(key)).toEqual([{ value: 'Degraded', count: 3 }]);
  });

  test('is in the bytes beside what else the status says, and alone where it says nothing', () => {
    const conditions = [{ type: 'Ready' }];
    const catalog = catalogOf(
      { kind: 'System', name: 'bare' },
      { kind: 'System', name: 'known', status: { conditions } },
      { kind: 'System', name: 'large', spec: { description: 'é'.repeat(40_000) } },
    );
    const portolan = (name: string) =>
      (JSON.parse(catalog.bytes(idOf(catalog, `system:default/${name}`)).toString()) as { status: unknown }).status;
    const rollup = expect.objectContaining({ reason: 'NoParts' }) as unknown;
    expect(portolan('bare')).toEqual({ portolan: { rollup } });
    expect(portolan('known')).toEqual({ portolan: { conditions, rollup } });
    expect(portolan('large')).toEqual({ portolan: { rollup } });
  });

  test('follows a part, and tells only those around it', () => {
    const catalog = catalogOf(
      { kind: 'Domain', name: 'all' },
      { kind: 'System', name: 'shop', spec: { domain: 'all', owner: 'team' } },
      { kind: 'System', name: 'other', spec: { domain: 'all' } },
      { kind: 'Group', name: 'team' },
      { name: 'web', spec: { system: 'shop' }, status: health('Healthy') },
    );
    const notices: ChangeNotice[] = [];
    const ordered = () => uidsOf(catalog, catalog.query({ order: [{ field: key, direction: 'asc' }] }).ids);
    expect(ordered()).toEqual(['all', 'shop', 'other', 'team', 'web']);
    catalog.subscribe((notice) => notices.push(notice));
    upsert(catalog, { name: 'web', version: 2, spec: { system: 'shop' }, status: health('Degraded') });
    expect(rollupOf(catalog, 'domain:default/all')?.verdict).toBe('Degraded');
    upsert(catalog, { name: 'web', version: 3, spec: { system: 'other' }, status: health('Degraded') });
    expect(ordered()).toEqual(['all', 'other', 'shop', 'team', 'web']);
    upsert(catalog, { name: 'web', version: 4, spec: { system: 'other', title: 'x' }, status: health('Degraded') });
    expect(notices.map(({ refs }) => [...refs].map((ref) => ref.replace('default/', '')).sort())).toEqual([
      ['component:web', 'domain:all', 'system:shop'],
      ['component:web', 'domain:all', 'system:other', 'system:shop'],
      ['component:web'],
    ]);
  });

  test('is not on an object whose ref an older one claims', () => {
    const catalog = systemOf('Healthy');
    const younger = resourceOf({
      kind: 'System',
      name: 'shop-2',
      created: '2026-02-01T00:00:00Z',
      spec: { entityName: 'shop' },
    });
    catalog.apply([{ type: 'upsert', resource: younger }]);
    expect(catalog.entity(catalog.byUid('shop-2') ?? -1).status.portolan).toEqual({});
    catalog.apply([{ type: 'delete', uid: 'shop' }]);
    expect(rollupOf(catalog, 'system:default/shop')?.verdict).toBe('Healthy');
  });
});
