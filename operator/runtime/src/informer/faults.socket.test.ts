import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { byKey, eventually, startRig, type Rig, type RunningInformer } from '../testing/rig.ts';

function put(rig: Rig, name: string, spec: unknown = {}, namespace = 'ns'): void {
  rig.server.log.put({ metadata: { namespace, name, generation: 1 }, spec });
}

function expectEqual(rig: Rig, informer: RunningInformer): void {
  expect(byKey(informer.store.list())).toEqual(byKey(rig.server.log.objects()));
}

const isWatchList = ({ query }: { query: Readonly<Record<string, string>> }): boolean =>
  query['sendInitialEvents'] === 'true';

/** What can happen to a server while an informer watches it. */
const faults: Readonly<Record<string, (rig: Rig) => void>> = {
  compact: ({ server }) => server.log.compact(),
  cut: ({ server }) => server.cutWatches(),
  'cut line': ({ server }) => server.cutWatches({ after: '{"type":"DELETED","obj' }),
  end: ({ server }) => server.endWatches(),
  bookmark: ({ server }) => server.bookmark(),
  expire: ({ server }) => server.sendToWatches({ type: 'ERROR', object: { code: 410 } }),
  away: ({ server }) => {
    server.fault = ({ query }) => (query['watch'] === 'true' ? 'cut' : { status: 500 });
  },
  back: ({ server }) => {
    server.fault = undefined;
  },
};

describe('an informer under faults', () => {
  it.each([true, false])('ends with the same store after a 410, watch-list offered: %s', async (isOffered) => {
    await using rig = await startRig();
    rig.server.offersWatchList = isOffered;
    for (const name of ['kept', 'changed', 'gone', 'recreated']) put(rig, name);
    const informer = rig.inform();
    await eventually(rig, () => expect(rig.server.watches).toBe(1));
    await informer.synced;
    rig.server.fault = () => 'cut';
    rig.server.cutWatches();
    await eventually(rig, () => expect(informer.status()[0]?.connected).toBe(false));
    put(rig, 'changed', { now: true });
    put(rig, 'fresh');
    rig.server.log.remove('ns/gone');
    rig.server.log.remove('ns/recreated');
    put(rig, 'recreated');
    rig.server.log.compact();
    informer.changes.length = 0;
    rig.server.fault = undefined;
    await eventually(rig, () => expectEqual(rig, informer), 500);
    expect(informer.changes.toSorted()).toEqual([
      'added ns/fresh',
      'added ns/recreated',
      'deleted ns/gone',
      'deleted ns/recreated',
      'updated ns/changed',
    ]);
    await eventually(rig, () => expect(informer.status()[0]).toMatchObject({ connected: true, synced: true }), 500);
    expect(await rig.registry.metrics()).toMatch(/portolan_relists_total\{[^}]*reason="expired"[^}]*\} 1/);
  });

  it('lists again after a 410 within the stream', async () => {
    await using rig = await startRig();
    put(rig, 'one');
    const informer = rig.inform();
    await informer.synced;
    const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
    rig.server.sendToWatches({ type: 'ERROR', object: expired });
    await eventually(rig, () => expect(rig.server.requests.filter(isWatchList)).toHaveLength(2), 500);
    await eventually(rig, () => expect(informer.status()[0]?.connected).toBe(true));
    expectEqual(rig, informer);
    expect(informer.changes).toEqual(['added ns/one']);
  });

  it('resumes without listing after a cut in the middle of a line, and in the middle of a character', async () => {
    await using rig = await startRig();
    put(rig, 'one');
    const informer = rig.inform();
    await informer.synced;
    const half = JSON.stringify({ type: 'MODIFIED', object: { metadata: { name: 'one', annotations: { a: 'ü' } } } });
    const bytes = Buffer.from(half);
    for (const after of [bytes.subarray(0, 30), bytes.subarray(0, bytes.indexOf('ü') + 1), bytes]) {
      rig.server.cutWatches({ after });
      put(rig, `during-${after.length}`);
      await eventually(rig, () => expectEqual(rig, informer), 500);
      await eventually(rig, () => expect(rig.server.watches).toBe(1), 500);
    }
    expect(rig.server.requests.filter(isWatchList)).toHaveLength(1);
    expect(informer.changes).toHaveLength(4);
  });

  it('resumes at once and without listing after a watch that ends in order', async () => {
    await using rig = await startRig();
    put(rig, 'one');
    const informer = rig.inform();
    await informer.synced;
    await rig.clock.advance(5_000);
    rig.server.bookmark();
    await eventually(rig, () => expect(informer.store.resourceVersion).toBe(String(rig.server.log.version)));
    rig.server.endWatches();
    await eventually(rig, () => expect(rig.server.requests).toHaveLength(2));
    expect(rig.server.requests[1]?.query).toMatchObject({ resourceVersion: String(rig.server.log.version) });
    expect(informer.status()[0]?.connected).toBe(true);
  });

  it('keeps where it is by bookmarks, so that a quiet watch survives a compaction', async () => {
    await using rig = await startRig();
    put(rig, 'one');
    const informer = rig.inform();
    await informer.synced;
    rig.server.log.compact();
    rig.server.bookmark();
    await eventually(rig, () => expect(informer.store.resourceVersion).toBe(String(rig.server.log.version)));
    rig.server.cutWatches();
    await eventually(rig, () => expect(rig.server.requests).toHaveLength(2), 500);
    await eventually(rig, () => expect(rig.server.watches).toBe(1));
    expect(rig.server.requests.filter(isWatchList)).toHaveLength(1);
  });

  it('heals by itself when access is granted or the kind installed, and logs the wait once a minute', async () => {
    for (const [status, reason] of [
      [403, 'Forbidden'],
      [404, 'NotInstalled'],
    ] as const) {
      await using rig = await startRig();
      put(rig, 'one');
      rig.server.fault = () => ({ status, body: { kind: 'Status', code: status, message: `no: ${status}` } });
      const informer = rig.inform();
      await eventually(rig, () => expect(informer.status()[0]).toMatchObject({ reason, synced: false }));
      expect(informer.status()[0]?.message).toContain(`no: ${status}`);
      await eventually(rig, () => expect(rig.server.requests.length).toBeGreaterThan(10), 1_000);
      const lines = rig.logged.filter((line) => line['reason'] === reason);
      expect(lines.length).toBeLessThanOrEqual(1 + rig.clock.monotonic() / 60_000);
      expect(informer.isSynced()).toBe(false);
      rig.server.fault = undefined;
      await eventually(rig, () => expect(informer.isSynced()).toBe(true), 5_000);
      expectEqual(rig, informer);
      expect(informer.status()).toEqual([
        {
          resource: 'widgets.portolan.test',
          synced: true,
          connected: true,
          since: expect.any(String) as string,
        },
      ]);
    }
  });

  it('says once that a kind is not installed which a cluster may do without', async () => {
    await using rig = await startRig();
    rig.server.fault = () => ({ status: 404, body: { kind: 'Status', code: 404, message: 'no such kind' } });
    const informer = rig.inform({ mayBeAbsent: true });
    await eventually(rig, () => expect(rig.server.requests.length).toBeGreaterThan(10), 1_000);
    expect(informer.status()[0]).toMatchObject({ reason: 'NotInstalled', synced: false });
    expect(rig.logged.map((line) => line['msg'])).toEqual([expect.stringContaining('not installed')]);
    rig.server.fault = () => ({ status: 403, body: { kind: 'Status', code: 403, message: 'no' } });
    await eventually(rig, () => expect(rig.logged.at(-1)).toMatchObject({ reason: 'Forbidden' }), 1_000);
  });

  it('deletes nothing while the API server is away, answers errors or dies in a listing', async () => {
    await using rig = await startRig();
    for (let at = 0; at < 600; at += 1) put(rig, `widget-${at}`);
    const informer = rig.inform();
    await informer.synced;
    rig.server.log.compact();
    rig.server.offersWatchList = false;
    rig.server.cutWatches();
    const faults = ['cut', { status: 500 }, { status: 429 }, { status: 503 }, { status: 401 }] as const;
    for (const fault of faults) {
      const before = rig.server.requests.length;
      rig.server.fault = () => fault;
      await eventually(rig, () => expect(rig.server.requests.length).toBeGreaterThan(before + 1), 2_000);
      expect(informer.store.size).toBe(600);
    }
    // The first page of a listing comes, the second never.
    rig.server.log.remove('ns/widget-0');
    rig.server.fault = ({ query }) => (query['continue'] === undefined ? undefined : 'cut');
    const before = rig.server.requests.length;
    await eventually(rig, () => expect(rig.server.requests.length).toBeGreaterThan(before + 4), 2_000);
    expect(informer.changes.filter((change) => change.startsWith('deleted'))).toEqual([]);
    rig.server.fault = undefined;
    await eventually(rig, () => expectEqual(rig, informer), 2_000);
    expect(informer.changes.filter((change) => change.startsWith('deleted'))).toEqual(['deleted ns/widget-0']);
  });

  it('takes a silent connection for dead and opens another', async () => {
    await using rig = await startRig();
    const informer = rig.inform();
    await informer.synced;
    await rig.clock.advance(179_000);
    expect(informer.status()[0]?.connected).toBe(true);
    await eventually(rig, () => expect(rig.server.requests).toHaveLength(2), 1_000);
    await eventually(rig, () => expect(informer.status()[0]?.connected).toBe(true));
  });

  it('begins anew when a watch-list is cut within its initial events, which come in no order', async () => {
    await using rig = await startRig();
    for (const name of ['one', 'two', 'three']) put(rig, name);
    // The last version comes first.
    put(rig, 'one', { changed: true });
    rig.server.cutInitialEventsAfter = 1;
    const informer = rig.inform();
    await eventually(rig, () => expect(informer.changes).toEqual(['added ns/one']));
    await eventually(rig, () => expect(informer.status()[0]?.reason).toBe('Unreachable'));
    expect(informer.store.resourceVersion).toBeUndefined();
    rig.server.cutInitialEventsAfter = undefined;
    await eventually(rig, () => expect(informer.isSynced()).toBe(true), 1_000);
    expectEqual(rig, informer);
    expect(rig.server.requests.every(isWatchList)).toBe(true);
  });

  it('ends with what the server has after any sequence of faults, having told every change in order', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), name }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), name }) },
      fc.record({
        kind: fc.constantFrom('compact', 'cut', 'cut line', 'end', 'bookmark', 'expire', 'away', 'back', 'wait'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 25 }), async (isOffered, steps) => {
        await using rig = await startRig();
        rig.server.offersWatchList = isOffered;
        put(rig, 'a');
        const informer = rig.inform();
        const replayed = new Map<string, unknown>();
        informer.store.subscribe((change) => {
          expect(replayed.get(change.key)).toEqual(change.type === 'deleted' ? change.object : change.previous);
          if (change.type === 'deleted') replayed.delete(change.key);
          else replayed.set(change.key, change.object);
        });
        await informer.synced;
        for (const [round, each] of steps.entries()) {
          if ('name' in each) {
            if (each.kind === 'put') put(rig, each.name, { round });
            else rig.server.log.remove(`ns/${each.name}`);
          } else faults[each.kind]?.(rig);
          // Most steps leave the sockets little time, so that faults meet each other.
          for (let turn = 0; turn < 5; turn += 1) await rig.clock.advance(each.kind === 'wait' ? 400 : 1);
        }
        rig.server.fault = undefined;
        const check = (): void => {
          expect(informer.status()[0]?.connected).toBe(true);
          expectEqual(rig, informer);
        };
        await eventually(rig, check, 1_000);
        expect(byKey([...replayed.values()] as KubernetesObject[])).toEqual(byKey(rig.server.log.objects()));
        // A subscriber that fails, as one with a failed expectation does, is logged.
        expect(rig.logged.filter((line) => line['msg'] === 'a subscriber failed')).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
