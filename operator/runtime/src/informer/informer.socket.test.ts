import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { byKey, eventually, startRig, widgets, type Rig, type RunningInformer } from '../testing/rig.ts';

function put(rig: Rig, name: string, spec: unknown = {}, namespace = 'ns'): void {
  rig.server.log.put({ metadata: { namespace, name, generation: 1 }, spec });
}

function expectEqual(rig: Rig, informer: RunningInformer): void {
  expect(byKey(informer.store.list())).toEqual(byKey(rig.server.log.objects()));
}

const isWatch = ({ query }: { query: Readonly<Record<string, string>> }): boolean => query['watch'] === 'true';

describe('an informer', () => {
  it('lists by watch-list where it is offered and goes on on the same stream', async () => {
    await using rig = await startRig();
    put(rig, 'one');
    put(rig, 'two');
    const informer = rig.inform();
    await informer.synced;
    expectEqual(rig, informer);
    put(rig, 'one', { changed: true });
    rig.server.log.remove('ns/two');
    put(rig, 'three');
    await eventually(rig, () => expectEqual(rig, informer));
    expect(informer.changes).toEqual([
      'added ns/one',
      'added ns/two',
      'updated ns/one',
      'deleted ns/two',
      'added ns/three',
    ]);
    expect(rig.server.requests).toHaveLength(1);
    expect(rig.server.requests[0]?.query).toMatchObject({
      watch: 'true',
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      timeoutSeconds: '300',
    });
    expect(informer.store.resourceVersion).toBe(String(rig.server.log.version));
  });

  it('lists by pages where watch-lists are refused', async () => {
    await using rig = await startRig();
    rig.server.offersWatchList = false;
    for (let at = 0; at < 1_100; at += 1) put(rig, `widget-${at}`);
    const informer = rig.inform();
    await informer.synced;
    expectEqual(rig, informer);
    const lists = rig.server.requests.filter((request) => !isWatch(request));
    expect(lists.map(({ query }) => query['limit'])).toEqual(['500', '500', '500']);
    // Items of a list come without their type, which an informer adds.
    expect(informer.store.get('ns/widget-7')).toMatchObject({ apiVersion: 'portolan.test/v1', kind: 'Widget' });
    put(rig, 'late');
    await eventually(rig, () => expectEqual(rig, informer));
  });

  it('asks for what a field selector matches, however it lists', async () => {
    await using rig = await startRig();
    rig.server.offersWatchList = false;
    put(rig, 'one');
    const informer = rig.inform({ fieldSelector: 'metadata.name=one' });
    await informer.synced;
    await eventually(rig, () => expect(rig.server.requests.length).toBeGreaterThan(2));
    expect(new Set(rig.server.requests.map(({ query }) => query['fieldSelector']))).toEqual(
      new Set(['metadata.name=one']),
    );
  });

  it('asks for smaller pages when one is too large', async () => {
    await using rig = await startRig();
    rig.server.offersWatchList = false;
    for (let at = 0; at < 150; at += 1) put(rig, `widget-${at}`, { text: 'x'.repeat(80_000) });
    const informer = rig.inform();
    await informer.synced;
    expect(informer.store.size).toBe(150);
    const limits = rig.server.requests.filter((request) => !isWatch(request)).map(({ query }) => query['limit']);
    expect(limits).toEqual(['500', '100', '100']);
  });

  it('watches each given namespace and deletes only there', async () => {
    await using rig = await startRig();
    put(rig, 'one', {}, 'east');
    put(rig, 'two', {}, 'west');
    put(rig, 'secret', {}, 'other');
    const informer = rig.inform({ namespaces: ['east', 'west'] });
    await informer.synced;
    expect(
      informer.store
        .list()
        .map(({ metadata }) => metadata.name)
        .toSorted(),
    ).toEqual(['one', 'two']);
    expect(informer.status().map(({ namespace }) => namespace)).toEqual(['east', 'west']);
    rig.server.fault = () => 'cut';
    rig.server.cutWatches();
    await eventually(rig, () => expect(informer.status().every(({ connected }) => !connected)).toBe(true));
    rig.server.log.remove('east/one');
    rig.server.log.compact();
    rig.server.fault = ({ path }) => (path.includes('/west/') ? { status: 403 } : undefined);
    await eventually(rig, () => expect(informer.store.size).toBe(1), 500);
    expect(informer.store.get('west/two')).toBeDefined();
    expect(informer.status().map(({ reason }) => reason)).toEqual([undefined, 'Forbidden']);
  });

  it('leaves out an object that its transform refuses, and serves all others', async () => {
    await using rig = await startRig();
    for (const name of ['a', 'bad', 'c']) put(rig, name);
    const transform = (raw: unknown): KubernetesObject => {
      const object = raw as KubernetesObject;
      if (object.metadata.name === 'bad') throw new Error('cannot trim');
      return object.metadata.name === 'c' ? { metadata: { ...object.metadata } } : object;
    };
    const informer = rig.inform({ transform });
    await informer.synced;
    expect(informer.changes).toEqual(['added ns/a', 'added ns/c']);
    expect(rig.logged.filter((line) => line['code'] === 'RUNTIME_TRANSFORM')).toMatchObject([
      { key: 'ns/bad', reason: 'cannot trim', resource: 'widgets.portolan.test' },
    ]);
    expect(await rig.registry.metrics()).toContain(
      'portolan_transform_failures_total{resource="widgets.portolan.test"} 1',
    );
  });

  it('leaves out events of types that it does not know', async () => {
    await using rig = await startRig();
    const informer = rig.inform();
    await informer.synced;
    rig.server.sendToWatches({ type: 'RENAMED', object: {} });
    put(rig, 'after');
    await eventually(rig, () => expectEqual(rig, informer));
    expect(rig.server.requests).toHaveLength(1);
  });

  it('ends when told to, in a watch, in a wait and in a listing, and runs once', async () => {
    await using rig = await startRig();
    const watching = rig.inform();
    await watching.synced;
    await watching.stop();
    await eventually(rig, () => expect(rig.server.watches).toBe(0));
    rig.server.fault = () => ({ status: 403 });
    const waiting = rig.inform();
    await eventually(rig, () => expect(waiting.status()[0]?.reason).toBe('Forbidden'));
    await waiting.stop();
    expect(waiting.isSynced()).toBe(false);
    rig.server.fault = undefined;
    const listing = rig.inform();
    await listing.stop();
    await expect(listing.run(new AbortController().signal)).rejects.toMatchObject({ code: 'RUNTIME_ALREADY_RUNNING' });
    expect(rig.clock.timers).toBe(0);
  });

  it('tells of 10,000 objects once each', async () => {
    await using rig = await startRig();
    for (let at = 0; at < 10_000; at += 1) put(rig, `widget-${at}`);
    const informer = rig.inform();
    await informer.synced;
    expect(informer.changes).toHaveLength(10_000);
    expect(informer.resource).toBe(widgets);
    expect(await rig.registry.metrics()).toContain('portolan_store_objects{resource="widgets.portolan.test"} 10000');
  });

  it.each([true, false])(
    'lets the event loop turn while it works through a page, watch-list: %s',
    async (isOffered) => {
      await using rig = await startRig();
      rig.server.offersWatchList = isOffered;
      for (let at = 0; at < 400; at += 1) put(rig, `widget-${at}`);
      const spin = (raw: unknown): KubernetesObject => {
        const until = performance.now() + 1;
        while (performance.now() < until);
        return raw as KubernetesObject;
      };
      let turns = 0;
      const turn = (): void => {
        turns += 1;
        next = setImmediate(turn);
      };
      let next = setImmediate(turn);
      const informer = rig.inform({ transform: spin });
      let isFirst = true;
      let turnsAtFirst = 0;
      informer.store.subscribe(() => {
        if (isFirst) turnsAtFirst = turns;
        isFirst = false;
      });
      await informer.synced;
      clearImmediate(next);
      // 400 ms of work in steps of 15 ms.
      expect(turns - turnsAtFirst).toBeGreaterThan(10);
    },
  );
});
