import type { Catalog } from '@portolan/catalog';
import { describe, expect, it } from 'vitest';
import { testCompany } from '../testing/company.ts';
import { entityResource, minutesAgo, now, runningStatus } from '../testing/resources.ts';
import { catalogOf } from '../testing/ui-server.ts';
import { brokenHref, emptyBrokenState, parseBrokenState } from './broken-state.ts';
import { brokenCount, brokenView } from './broken.ts';

const company = catalogOf(testCompany());
const view = (search = '', catalog: Catalog = company) => brokenView(catalog, parseBrokenState(search), now);
const titles = (search = '', catalog?: Catalog) =>
  view(search, catalog).teams.flatMap(({ faults }) => faults.map(({ title }) => title));

/** A service of a team with so many of four replicas ready. */
function service(name: string, options: { owner: string; ready: number; sinceMinutes: number }) {
  const { owner, ready, sinceMinutes } = options;
  const health = { verdict: 'Degraded' as const, reason: 'CrashLoop', message: 'm', since: minutesAgo(sinceMinutes) };
  const workload = { kind: 'Deployment', namespace: 'a', name, link: 'Name' as const, desired: 4, ready, ...health };
  return entityResource({
    kind: 'Component',
    namespace: 'a',
    name,
    spec: { type: 'service', lifecycle: 'x', owner },
    status: runningStatus([workload], health),
  });
}

describe('what is broken', () => {
  it('goes by team, with reason, time, and what to do', () => {
    const { teams, degraded } = view();
    expect(degraded).toBe(2);
    expect(teams.map(({ team, faults }) => [team?.title, faults.map(({ title }) => title)])).toEqual([
      ['Search & Discovery', ['Recommendations']],
      ['Payments', ['Payment Gateway']],
    ]);
    const gateway = teams[1]?.faults[0];
    expect(gateway).toMatchObject({
      href: '/catalog/payments/component/payment-gateway',
      runtimeHref: '/catalog/payments/component/payment-gateway/runtime',
      readiness: '2 of 5 replicas ready',
      health: { badge: { tone: 'bad', reason: 'CrashLoop' }, since: { words: '14 min ago' } },
    });
    expect(gateway?.health.nextStep?.command).toContain('kubectl logs');
  });

  it('begins with the team that has most to do; in a team with what serves nothing, then with what broke last', () => {
    const catalog = catalogOf([
      service('one', { owner: 'few', ready: 0, sinceMinutes: 1 }),
      service('half', { owner: 'many', ready: 2, sinceMinutes: 1 }),
      service('old', { owner: 'many', ready: 0, sinceMinutes: 50 }),
      service('new', { owner: 'many', ready: 0, sinceMinutes: 5 }),
    ]);
    expect(titles('', catalog)).toEqual(['new', 'old', 'half', 'one']);
  });

  it('is narrowed by a team and those below it, by a domain and all in it, and by reason', () => {
    expect(titles('team=group:org/payments')).toEqual(['Payment Gateway']);
    expect(titles('team=group:org/finance')).toEqual(['Payment Gateway']);
    expect(titles('team=group:org/engineering')).toHaveLength(2);
    expect(titles('within=domain:commerce/commerce')).toEqual(['Recommendations']);
    expect(titles('within=system:payments/money')).toEqual(['Payment Gateway']);
    expect(titles('reason=CRASHLOOP')).toEqual(['Payment Gateway']);
    expect(titles('team=group:org/payments&reason=imagepullbackoff')).toEqual([]);
  });

  it('offers what can be chosen instead, with counts, and what was chosen even when it gives nothing', () => {
    const { choices } = view('team=group:org/runtime');
    expect(choices.team).toContainEqual({ value: 'group:org/payments', label: 'Payments', count: 1, selected: false });
    expect(choices.team).toContainEqual({ value: 'group:org/runtime', label: 'Runtime', count: 0, selected: true });
    expect(view().choices.within.map(({ label }) => label)).toEqual(['Platform', 'Commerce', 'Payments']);
    expect(view().choices.reason.map(({ label }) => label)).toEqual([
      'CrashLoop',
      'Forbidden',
      'ImagePullBackOff',
      'Stale',
    ]);
  });

  it('counts every verdict, and what nobody knows for want of a workload', () => {
    const { counts, withoutHealth } = view();
    expect(counts.map(({ verdict, count }) => [verdict, count])).toEqual([
      ['Degraded', 2],
      ['Unknown', 2],
      ['Progressing', 1],
      ['Suspended', 1],
      ['Healthy', 19],
    ]);
    expect(withoutHealth).toBe(10);
  });

  it('keeps what is unknown apart, by reason, and never green', () => {
    const { unknowns } = view();
    expect(unknowns).toMatchObject([
      { reason: 'Forbidden', faults: [{ title: 'Log Shipper', health: { badge: { tone: 'unknown' } } }] },
      { reason: 'Stale', faults: [{ title: 'Metrics Gateway', health: { lastKnown: { words: 'Healthy, Ready' } } }] },
    ]);
    expect(brokenCount(company)).toEqual({ degraded: 2, unknown: 2 });
  });

  it('counts within a system what its roll-up counts: also the parts of a component', () => {
    const health = { verdict: 'Degraded' as const, reason: 'CrashLoop', message: 'm', since: minutesAgo(1) };
    const part = (name: string, spec: object, broken = false) =>
      entityResource({
        kind: 'Component',
        namespace: 'a',
        name,
        spec: { type: 'service', lifecycle: 'x', owner: 'few', ...spec },
        ...(broken && { status: runningStatus([], health) }),
      });
    const catalog = catalogOf([
      entityResource({ kind: 'System', namespace: 'a', name: 'shop', spec: { owner: 'few' } }),
      part('web', { system: 'shop' }),
      part('cart', { subcomponentOf: 'web' }),
      part('cache', { subcomponentOf: 'cart' }, true),
    ]);
    const system = catalog.byRef('system:a/shop');
    const rollup = system === undefined ? undefined : catalog.entity(system).status.portolan.rollup;
    expect(rollup?.counts.Degraded).toBe(1);
    expect(titles('within=system:a/shop', catalog)).toEqual(['cache']);
  });

  it('is well only where nothing is degraded or unknown, for whatever reason', () => {
    expect(view('reason=nosuchreason')).toMatchObject({ degraded: 0, unknown: 0, isWell: false });
    expect(view('within=system:commerce/shop').isWell).toBe(true);
    expect(view('', catalogOf([])).isWell).toBe(false);
  });

  it('says how many more there are than it shows', () => {
    const many = Array.from({ length: 230 }, (_, at) =>
      service(`s-${at}`, { owner: 'all', ready: 0, sinceMinutes: at }),
    );
    const few = Array.from({ length: 3 }, (_, at) => service(`a-${at}`, { owner: 'few', ready: 0, sinceMinutes: 1 }));
    const { degraded, moreDegraded, teams } = view('', catalogOf([...few, ...many]));
    expect([degraded, moreDegraded]).toEqual([233, 33]);
    expect(teams.map(({ total, faults }) => [total, faults.length])).toEqual([
      [230, 197],
      [3, 3],
    ]);
  });

  it('leads to the list of the catalog only where that shows the same', () => {
    const shown = view('team=group:org/engineering');
    const { href } = shown.counts.find(({ verdict }) => verdict === 'Degraded') ?? {};
    expect(href).toContain('owner=group:org/payments');
    expect(shown.degradedHref).toBe(href);
    expect(view('reason=crashloop').degradedHref).toBeUndefined();
    expect(view('within=system:payments/money').counts.map((each) => each.href)).toContain(undefined);
  });
});

describe('the address', () => {
  it('says the state, and ignores what it does not understand', () => {
    const search = 'team=group:org/payments&within=domain:a/b&reason=oomkilled';
    expect(brokenHref(parseBrokenState(search))).toBe(`/broken?${search}`);
    expect(parseBrokenState('team=payments&within=&reason=%20&page=3')).toEqual(emptyBrokenState);
    expect(parseBrokenState(`reason=${'x'.repeat(254)}`)).toEqual(emptyBrokenState);
  });
});
