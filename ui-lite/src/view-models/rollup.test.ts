import type { Rollup } from '@portolan/catalog';
import { describe, expect, it } from 'vitest';
import { testCompany } from '../testing/company.ts';
import { catalogOf } from '../testing/ui-server.ts';
import { createEntityLookup } from './entity-lookup.ts';
import { rollupBadge } from './rollup-badge.ts';
import { rollupView } from './rollup.ts';

const lookup = createEntityLookup(catalogOf(testCompany()));
const viewOf = (ref: string) => {
  const rollup = lookup.byRef(ref)?.status.portolan.rollup;
  if (rollup === undefined) throw new TypeError(`${ref} has no roll-up`);
  return rollupView(rollup, ref, lookup);
};
const nothing: Rollup = {
  reason: 'NoPartHasHealth',
  total: 3,
  counts: { Healthy: 0, Degraded: 0, Progressing: 0, Suspended: 0, Unknown: 0 },
  withoutHealth: 3,
  worst: [],
};

describe('a roll-up', () => {
  it('names the worst parts with their reasons and leads to what is broken', () => {
    expect(viewOf('domain:payments/payments')).toMatchObject({
      badge: { tone: 'bad', reason: 'CrashLoop' },
      worst: [{ title: 'Payment Gateway', health: { word: 'Degraded', reason: 'CrashLoop' } }],
      brokenHref: '/broken?within=domain:payments/payments',
    });
    expect(viewOf('group:org/finance').brokenHref).toBe('/broken?team=group:org/finance');
  });

  it('counts by verdict, each beginning where the one before ends', () => {
    const { counts, withoutHealth, total } = viewOf('system:commerce/shop');
    expect(counts.map(({ verdict }) => verdict)).toEqual(['Suspended', 'Healthy']);
    for (const [index, { at }] of counts.entries()) {
      expect(at).toBe(counts.slice(0, index).reduce((sum, { count }) => sum + count, 0));
    }
    expect(counts.reduce((sum, { count }) => sum + count, 0) + withoutHealth).toBe(total);
  });

  it('tells what a group owns itself from what those below it own', () => {
    expect(viewOf('group:org/commerce').direct).toMatchObject({ total: 0 });
    expect(viewOf('group:org/checkout').direct).toBeUndefined();
  });

  it('has no badge, and is not green, while no part has health', () => {
    expect(rollupBadge(nothing)).toBeUndefined();
    expect(rollupView(nothing, 'system:a/b', lookup)).toMatchObject({
      badge: undefined,
      summary: 'Nothing is known: no workload is linked to any part.',
      brokenHref: undefined,
    });
  });

  it('does not repeat the verdict as its reason', () => {
    const healthy: Rollup = { ...nothing, verdict: 'Healthy', reason: 'PartsHealthy' };
    expect(rollupBadge(healthy)).toMatchObject({ tone: 'good', reason: undefined });
  });
});
