import type { ClusterResource, ClusterStatus } from '@portolan/crds';
import { applyMergePatch, createStore, type ResourceType, type SourceStatus } from '@portolan/runtime';
import { createFakeClock, type FakeClock } from '@portolan/runtime/testing';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createSourceReport, type SourceReport } from './source-report.ts';

const pods: ResourceType = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true };

interface Reporting extends AsyncDisposable {
  clock: FakeClock;
  report: SourceReport;
  /** Requests so far, in order. */
  requests: string[];
  stored: () => ClusterStatus | undefined;
  setConnected: (isConnected: boolean) => void;
  setLeading: (isLeading: boolean) => void;
  setSynced: () => void;
}

/** A report over an API server that takes writes at once and tells them at once. */
function startReport({
  isLeading = true,
  isSynced = true,
}: { isLeading?: boolean; isSynced?: boolean } = {}): Reporting {
  const clock = createFakeClock();
  const store = createStore<ClusterResource>();
  const requests: string[] = [];
  const isoNow = (): string => new Date(clock.now()).toISOString();
  let source: SourceStatus = { resource: 'pods', synced: isSynced, connected: isSynced, since: isoNow() };
  let version = 0;
  let leads = isLeading;
  const put = (status?: ClusterStatus): string => {
    const resourceVersion = String((version += 1));
    store.put({
      apiVersion: 'portolan.dev/v1alpha1',
      kind: 'Cluster',
      metadata: { name: 'local', namespace: 'home', uid: 'u', resourceVersion, generation: 1 },
      spec: {},
      ...(status !== undefined && { status }),
    });
    return resourceVersion;
  };
  const stored = (): ClusterStatus | undefined => store.get('home/local')?.status;
  const report = createSourceReport({
    watched: () => [{ resource: pods, status: () => [source] }],
    clusters: { store, isSynced: () => true },
    namespace: 'home',
    writer: {
      write: async ({ patch }) => {
        requests.push('patch');
        const next = applyMergePatch({ status: stored() ?? {} }, patch) as { status: ClusterStatus };
        return { kind: 'written', resourceVersion: put(next.status) };
      },
    },
    creator: {
      create: async () => {
        requests.push('create');
        put();
        return 'created';
      },
    },
    fence: { leftMs: () => (leads ? 1_000 : 0) },
    clock,
    log: pino({ level: 'silent' }),
  });
  const stop = new AbortController();
  const running = report.run(stop.signal);
  return {
    clock,
    report,
    requests,
    stored,
    setConnected: (connected) => {
      source = { ...source, connected, since: isoNow() };
      if (connected) delete source.reason;
      else source.reason = 'Unreachable';
    },
    setSynced: () => {
      source = { ...source, synced: true, connected: true, since: isoNow() };
    },
    setLeading: (next) => {
      leads = next;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

describe('the report of the sources', () => {
  it('creates the Cluster, writes once, and is silent from then on', async () => {
    await using reporting = startReport();
    const { clock, requests, stored } = reporting;
    await clock.advance(20_000);
    expect(requests).toEqual(['create', 'patch']);
    expect(stored()?.sources).toMatchObject([{ resource: 'pods', kind: 'Pod', synced: true, connected: true }]);
    await clock.advance(3_600_000);
    expect(requests).toHaveLength(2);
  });

  it('waits for a first listing, and tells after 20 s that it goes on', async () => {
    await using quick = startReport({ isSynced: false });
    await quick.clock.advance(15_000);
    expect(quick.requests).toEqual([]);
    quick.setSynced();
    await quick.clock.advance(5_000);
    expect(quick.requests).toEqual(['create', 'patch']);
    expect(quick.stored()?.sources).toMatchObject([{ synced: true }]);

    await using slow = startReport({ isSynced: false });
    await slow.clock.advance(23_000);
    expect(slow.stored()?.sources).toMatchObject([{ synced: false }]);
  });

  it('tells a lost source within the settling time and two looks, and that it is back', async () => {
    await using reporting = startReport();
    const { clock, requests, stored, report, setConnected } = reporting;
    const changes: string[] = [];
    report.onChange(({ lost, back }) => changes.push(`${lost.length} lost, ${back.length} back`));
    await clock.advance(60_000);
    setConnected(false);
    await clock.advance(7_000);
    expect(stored()?.sources).toMatchObject([{ connected: false, reason: 'Unreachable' }]);
    expect(report.losses().sources).toMatchObject([{ resource: 'pods', reason: 'Stale' }]);
    setConnected(true);
    await clock.advance(11_000);
    expect(stored()?.sources).toMatchObject([{ connected: true }]);
    expect(report.losses().sources).toEqual([]);
    expect(requests).toEqual(['create', 'patch', 'patch', 'patch']);
    expect(changes).toEqual(['1 lost, 0 back', '0 lost, 1 back']);
  });

  it('writes nothing for a watch that is renewed within seconds', async () => {
    await using reporting = startReport();
    const { clock, requests, setConnected } = reporting;
    await clock.advance(20_000);
    for (let times = 0; times < 10; times += 1) {
      setConnected(false);
      await clock.advance(3_000);
      setConnected(true);
      await clock.advance(3_000);
    }
    expect(requests).toHaveLength(2);
  });

  it('writes six times a minute at most while a source comes and goes, and then how it is', async () => {
    await using reporting = startReport();
    const { clock, requests, stored, setConnected } = reporting;
    await clock.advance(20_000);
    for (let times = 0; times < 60; times += 1) {
      setConnected(false);
      await clock.advance(7_000);
      setConnected(true);
      await clock.advance(2_000);
    }
    // Nine minutes.
    expect(requests.length).toBeLessThanOrEqual(2 + 9 * 6);
    await clock.advance(20_000);
    expect(stored()?.sources).toMatchObject([{ connected: true }]);
  });

  it('is written by the leader only, who goes on where the one before ended', async () => {
    await using reporting = startReport({ isLeading: false });
    const { clock, requests, setLeading, report, setConnected } = reporting;
    setConnected(false);
    await clock.advance(60_000);
    expect(requests).toEqual([]);
    expect(report.losses().sources).toHaveLength(1);
    setLeading(true);
    await clock.advance(20_000);
    expect(requests).toEqual(['create', 'patch']);
  });
});
