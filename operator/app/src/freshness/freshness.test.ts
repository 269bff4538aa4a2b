import type { Losses } from '@portolan/controllers';
import type { ClusterResource, ClusterSource } from '@portolan/crds';
import { createStore, type ResourceType, type SourceStatus } from '@portolan/runtime';
import { createFakeClock } from '@portolan/runtime/testing';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createFreshness } from './freshness.ts';

const pods: ClusterSource = {
  resource: 'pods',
  kind: 'Pod',
  synced: true,
  connected: true,
  since: '2026-01-01T00:00:00Z',
};
const entities: ResourceType = {
  group: 'portolan.dev',
  version: 'v1alpha1',
  plural: 'components',
  kind: 'Component',
  namespaced: true,
};

function start() {
  const clock = createFakeClock();
  const store = createStore<ClusterResource>();
  const told: Losses[] = [];
  const status: SourceStatus = {
    resource: 'components.portolan.dev',
    synced: true,
    connected: true,
    since: new Date(clock.now()).toISOString(),
  };
  let heardAt = 0;
  let version = 0;
  const freshness = createFreshness({
    clusters: { store, isSynced: () => true },
    namespace: 'home',
    lease: {
      sight: () => ({ silentForMs: clock.monotonic() - heardAt, heardAtMs: clock.now(), allowedMs: 15_000 }),
    },
    self: undefined,
    own: [{ resource: entities, status: () => [status] }],
    clock,
    log: pino({ level: 'silent' }),
    onChange: (losses) => told.push(losses),
  });
  const stop = new AbortController();
  const running = freshness.run(stop.signal);
  return {
    clock,
    told,
    renew: () => {
      heardAt = clock.monotonic();
    },
    report: (...sources: ClusterSource[]) => {
      version += 1;
      store.put({
        apiVersion: 'portolan.dev/v1alpha1',
        kind: 'Cluster',
        metadata: { name: 'local', namespace: 'home', uid: 'u', resourceVersion: String(version) },
        spec: {},
        status: { sources },
      });
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

describe('the freshness of a server', () => {
  it('tells each change once, as soon as the operator reports it', async () => {
    await using server = start();
    server.report(pods);
    await server.clock.advance(5_000);
    expect(server.told).toEqual([]);
    server.report({ ...pods, connected: false, reason: 'Forbidden' });
    expect(server.told).toMatchObject([
      { everything: undefined, sources: [{ resource: 'pods', reason: 'Forbidden' }] },
    ]);
    server.renew();
    await server.clock.advance(10_000);
    expect(server.told).toHaveLength(1);
    server.report(pods);
    expect(server.told.at(-1)?.sources).toEqual([]);
  });

  it('tells within 30 s that the operator is silent, and that it is heard again', async () => {
    await using server = start();
    server.report(pods);
    await server.clock.advance(30_000);
    expect(server.told).toHaveLength(1);
    expect(server.told[0]?.everything).toMatchObject({ reason: 'Stale' });
    server.renew();
    await server.clock.advance(1_000);
    expect(server.told.at(-1)).toEqual({ everything: undefined, sources: [] });
  });
});
