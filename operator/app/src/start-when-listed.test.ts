import type { Composer, EntityStores, TrimmedEntity } from '@portolan/controllers';
import type { EntityKind } from '@portolan/crds';
import { createStore, type SourceStatus } from '@portolan/runtime';
import { createFakeClock } from '@portolan/runtime/testing';
import { expect, it } from 'vitest';
import { startWhenListed } from './start-when-listed.ts';

const since = '2026-01-01T00:00:00Z';

/** A source that is listed when the test says so. */
function source(status: Partial<SourceStatus> = {}): {
  synced: Promise<void>;
  status: () => SourceStatus[];
  list: () => void;
} {
  const { promise: synced, resolve: list } = Promise.withResolvers<void>();
  let isSynced = false;
  void synced.then(() => {
    isSynced = true;
  });
  return { synced, list, status: () => [{ resource: 'x', connected: false, since, ...status, synced: isSynced }] };
}

function start(informers: ReturnType<typeof source>[], count = 0): Started {
  const clock = createFakeClock();
  const store = createStore<TrimmedEntity>();
  for (let at = 0; at < count; at += 1) {
    const metadata = { namespace: 'ns', name: `part-${at}`, uid: `${at}`, resourceVersion: '1' };
    store.put({
      kind: 'Component',
      metadata,
      ref: '',
      refs: [],
      workloads: [],
      reservedKeys: [],
      faults: [],
      status: undefined,
    });
  }
  const enqueued: string[] = [];
  const started: string[] = [];
  const composer: Composer = {
    kind: 'Component',
    enqueue: (key) => void enqueued.push(key),
    idle: () => true,
    run: async () => void started.push('Component'),
  };
  const composers = new Map<EntityKind, Composer>([['Component', composer]]);
  const entities = { store: () => store } as unknown as EntityStores;
  const stop = new AbortController();
  const running = startWhenListed({ composers, entities, informers, clock })(stop.signal);
  return { clock, enqueued, started, stop, running };
}

interface Started {
  clock: ReturnType<typeof createFakeClock>;
  enqueued: string[];
  started: string[];
  stop: AbortController;
  running: Promise<void>;
}

it('starts at once when all is listed', async () => {
  const [one, two] = [source(), source()];
  const { clock, started } = start([one, two]);
  one.list();
  await clock.advance(100);
  expect(started).toEqual([]);
  two.list();
  await clock.advance(0);
  expect(started).toEqual(['Component']);
});

it('waits for a long listing, and for no source that fails longer than 5 s', async () => {
  const [long, forbidden] = [source(), source({ reason: 'Forbidden' })];
  const { clock, started, enqueued } = start([long, forbidden], 2_500);
  await clock.advance(60_000);
  expect(started).toEqual([]);
  long.list();
  await clock.advance(250);
  expect(started).toEqual(['Component']);
  expect(enqueued).toEqual([]);
  // What arrives later completes what was left out, in slices.
  forbidden.list();
  await clock.advance(1);
  await clock.advance(1);
  expect(enqueued).toHaveLength(2_500);
});

it('waits for no kind that is not installed', async () => {
  const [listed, absent] = [source(), source({ reason: 'NotInstalled' })];
  const { clock, started } = start([listed, absent]);
  await clock.advance(1_000);
  expect(started).toEqual([]);
  listed.list();
  await clock.advance(100);
  expect(started).toEqual(['Component']);
});

it('ends without starting anything to write when it is told to stop', async () => {
  const { clock, stop, running, started } = start([source()]);
  await clock.advance(1_000);
  stop.abort();
  await running;
  expect(clock.timers).toBe(0);
  expect(started.length).toBeLessThanOrEqual(1);
});
