import type { ClusterResource, ClusterSource } from '@portolan/crds';
import { describe, expect, it } from 'vitest';
import { lossesOf, ownAfterMs, reportAfterMs, type Evidence } from './losses.ts';

const nowMs = Date.UTC(2026, 0, 1);
const ago = (ms: number): string => new Date(nowMs - ms).toISOString();

function source(resource: string, fields: Partial<ClusterSource> = {}): ClusterSource {
  return { resource, kind: 'Kind', synced: true, connected: true, since: ago(60_000), ...fields };
}

const away = { connected: false, reason: 'Unreachable' };

function clusterOf(...sources: ClusterSource[]): ClusterResource {
  return {
    apiVersion: 'portolan.dev/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'local', namespace: 'home', uid: 'u', resourceVersion: '1' },
    spec: {},
    status: { sources },
  };
}

const fine: Evidence = {
  led: undefined,
  cluster: clusterOf(source('pods')),
  noReportSinceMs: undefined,
  lease: { heardAtMs: nowMs - 2_000, silentForMs: 2_000, allowedMs: 15_000 },
  own: [source('components.portolan.dev'), source('clusters.portolan.dev'), source('leases.coordination.k8s.io')],
  nowMs,
};
const led = { ...fine, led: [], lease: { heardAtMs: 0, silentForMs: Infinity, allowedMs: 15_000 }, cluster: undefined };

describe('what a server has lost', () => {
  it('is nothing while the operator renews, reports no lost source, and all its own watches are open', () => {
    expect(lossesOf(fine)).toEqual({ everything: undefined, sources: [] });
  });

  it('is everything when the operator does not renew its Lease, since it was heard last', () => {
    const { everything } = lossesOf({ ...fine, lease: { heardAtMs: 5, silentForMs: 15_000, allowedMs: 15_000 } });
    expect(everything).toMatchObject({ reason: 'Stale', sinceMs: 5 });
  });

  it('is everything when none of its watches is open, also while it leads', () => {
    const own = fine.own.map((each) => ({ ...each, ...away }));
    for (const evidence of [fine, led]) {
      expect(lossesOf({ ...evidence, own }).everything?.message).toContain('The API server does not answer');
    }
  });

  it.each(['clusters.portolan.dev', 'leases.coordination.k8s.io'])('is everything when it may not watch %s', (sign) => {
    const refused = source(sign, { synced: false, connected: false, reason: 'Forbidden' });
    const own = [...fine.own.filter(({ resource }) => resource !== sign), refused];
    expect(lossesOf({ ...fine, own }).everything).toMatchObject({ reason: 'Forbidden' });
  });

  it('is everything when there is no report although the operator has had the time for one', () => {
    const without = { ...fine, cluster: undefined };
    expect(lossesOf({ ...without, noReportSinceMs: nowMs - reportAfterMs + 1 }).everything).toBeUndefined();
    expect(lossesOf({ ...without, noReportSinceMs: nowMs - reportAfterMs }).everything?.reason).toBe('NotSynced');
  });

  it('is what the operator reports as lost, and the entities that it does not see itself', () => {
    const cluster = clusterOf(source('pods', { connected: false, reason: 'Forbidden' }), source('deployments.apps'));
    const own = fine.own.map((each) => (each.resource.startsWith('components') ? { ...each, ...away } : each));
    const { everything, sources } = lossesOf({ ...fine, cluster, own });
    expect(everything).toBeUndefined();
    expect(sources.map(({ resource, reason }) => `${resource} ${reason}`)).toEqual([
      'components.portolan.dev Stale',
      'pods Forbidden',
    ]);
  });

  it('is not what is being listed for the first time, until that takes long', () => {
    const listing = (sinceMs: number) => {
      const unread = source('clusters.portolan.dev', { synced: false, connected: false, since: ago(sinceMs) });
      return lossesOf({ ...fine, own: [unread] }).everything;
    };
    expect(listing(ownAfterMs - 1)).toBeUndefined();
    expect(listing(ownAfterMs)?.reason).toBe('NotSynced');
  });

  it('goes by its own sources while it leads, without Lease or report', () => {
    expect(lossesOf(led)).toEqual({ everything: undefined, sources: [] });
    const pods = { resource: 'pods', kind: 'Pod', reason: 'Stale', message: '', sinceMs: 0 } as const;
    expect(lossesOf({ ...led, led: [pods] }).sources).toEqual([pods]);
  });

  it('is not known of an operator without a Lease: only what it reports counts', () => {
    expect(lossesOf({ ...fine, lease: undefined }).everything).toBeUndefined();
  });
});
