import { beforeAll, describe, expect, it } from 'vitest';
import type { StatusBody, WatchEvent } from './client.ts';
import { apiVersion, group } from './subjects.ts';
import { widgetsIn, type Target, type Widgets } from './target.ts';

const nameOf = ({ object }: WatchEvent): string => object.metadata.name;
const isBookmark = ({ type }: WatchEvent): boolean => type === 'BOOKMARK';

/** Watches and discovery. */
export function describeWatches(target: () => Target): void {
  let widgets: Widgets;
  const client = (): Target['client'] => target().client;

  describe('watch', () => {
    beforeAll(async () => {
      widgets = widgetsIn(client(), await target().namespace());
    });

    it('sends what happens after a version, in order', async () => {
      const { metadata } = await widgets.list();
      const watch = await widgets.watch(`resourceVersion=${metadata.resourceVersion}`);
      const created = await widgets.create('one');
      await widgets.merge('one', { spec: { size: 4 } });
      await widgets.mergeStatus('one', { status: { phase: 'Up' } });
      await widgets.create('two');
      await widgets.remove('one');
      const events = await watch.until(({ type }) => type === 'DELETED');
      watch.close();
      expect(events.map((event) => [event.type, nameOf(event)])).toEqual([
        ['ADDED', 'one'],
        ['MODIFIED', 'one'],
        ['MODIFIED', 'one'],
        ['ADDED', 'two'],
        ['DELETED', 'one'],
      ]);
      const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
      expect(versions).toEqual(versions.toSorted((left, right) => left - right));
      expect(events[0]?.object.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
      // The last state, under the version of the deletion.
      expect(events[4]?.object).toMatchObject({ spec: { size: 4 }, status: { phase: 'Up' } });
      expect(versions[4]).toBeGreaterThan(versions[3] ?? Infinity);
      await widgets.remove('two');
    });

    it('sends what was missed to one that resumes, once', async () => {
      const first = await widgets.create('missed-a');
      await widgets.create('missed-b');
      await widgets.merge('missed-a', { spec: { size: 4 } });
      const watch = await widgets.watch(`resourceVersion=${first.metadata.resourceVersion}`);
      const events = await watch.until((event) => event.type === 'MODIFIED');
      watch.close();
      expect(events.map((event) => [event.type, nameOf(event)])).toEqual([
        ['ADDED', 'missed-b'],
        ['MODIFIED', 'missed-a'],
      ]);
      await widgets.remove('missed-a');
      await widgets.remove('missed-b');
    });

    it('begins with what is there when no version is named', async () => {
      await widgets.create('there-b');
      await widgets.create('there-a');
      const watch = await widgets.watch('');
      const before = [await watch.next(), await watch.next()];
      await widgets.merge('there-b', { spec: { size: 4 } });
      const after = await watch.next();
      watch.close();
      expect(before.map((event) => event?.type)).toEqual(['ADDED', 'ADDED']);
      expect(new Set(before.map((event) => event?.object.metadata.name))).toEqual(new Set(['there-a', 'there-b']));
      expect([after?.type, after?.object.metadata.name]).toEqual(['MODIFIED', 'there-b']);
      await widgets.remove('there-a');
      await widgets.remove('there-b');
    });

    it('sends no event for a write that changes nothing', async () => {
      const old = await widgets.create('quiet');
      const watch = await widgets.watch(`resourceVersion=${old.metadata.resourceVersion}`);
      await widgets.merge('quiet', { spec: { color: 'red' } });
      await widgets.put(old);
      await widgets.merge('quiet', { spec: { color: 'blue' } });
      const event = await watch.next();
      watch.close();
      expect([event?.type, event?.object.spec?.['color']]).toEqual(['MODIFIED', 'blue']);
      await widgets.remove('quiet');
    });

    it('shows what leaves a selection as deleted, and what enters as added', async () => {
      const { metadata } = await widgets.list();
      const watch = await widgets.watch(`resourceVersion=${metadata.resourceVersion}&labelSelector=in%3Dyes`);
      await widgets.create('moving', { color: 'red' }, { labels: { in: 'no' } });
      await widgets.merge('moving', { metadata: { labels: { in: 'yes' } } });
      await widgets.merge('moving', { spec: { size: 4 } });
      const left = await widgets.merge('moving', { metadata: { labels: { in: 'no' } } });
      await widgets.remove('moving');
      await widgets.create('staying', { color: 'red' }, { labels: { in: 'yes' } });
      const events = await watch.until((event) => nameOf(event) === 'staying');
      watch.close();
      expect(events.map((event) => [event.type, nameOf(event)])).toEqual([
        ['ADDED', 'moving'],
        ['MODIFIED', 'moving'],
        ['DELETED', 'moving'],
        ['ADDED', 'staying'],
      ]);
      // The state that was last in the selection, under the version that took it out.
      expect(events[2]?.object.metadata).toMatchObject({
        labels: { in: 'yes' },
        resourceVersion: left.body.metadata.resourceVersion,
      });
      await widgets.remove('staying');
    });

    it('selects by a field of the definition', async () => {
      const { metadata } = await widgets.list();
      const watch = await widgets.watch(`resourceVersion=${metadata.resourceVersion}&fieldSelector=spec.color%3Dblue`);
      await widgets.create('field-red', { color: 'red' });
      await widgets.create('field-blue', { color: 'blue' });
      const event = await watch.next();
      watch.close();
      expect([event?.type, event?.object.metadata.name]).toEqual(['ADDED', 'field-blue']);
      await widgets.remove('field-red');
      await widgets.remove('field-blue');
    });

    it('shows the removal of the last finalizer as a deletion', async () => {
      const created = await widgets.create(
        'final',
        { color: 'red' },
        { finalizers: ['conformance.portolan.dev/hold'] },
      );
      const watch = await widgets.watch(`resourceVersion=${created.metadata.resourceVersion}`);
      await widgets.remove('final');
      await widgets.merge('final', { metadata: { finalizers: null } });
      const events = await watch.until(({ type }) => type === 'DELETED');
      watch.close();
      expect(events.map(({ type }) => type)).toEqual(['MODIFIED', 'DELETED']);
      expect(events[0]?.object.metadata.deletionTimestamp).toBeDefined();
      expect(events[1]?.object.metadata.deletionTimestamp).toBeDefined();
    });

    it('sends initial events, then the bookmark that ends them, then what happens', async () => {
      await widgets.create('initial-b');
      await widgets.create('initial-a');
      const query =
        'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=';
      const watch = await widgets.watch(query);
      const events = await watch.until(isBookmark);
      const end = events.at(-1);
      expect(events.slice(0, -1).map((event) => [event.type, nameOf(event)])).toEqual([
        ['ADDED', 'initial-a'],
        ['ADDED', 'initial-b'],
      ]);
      expect(end?.object).toMatchObject({
        kind: 'Widget',
        apiVersion,
        metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
      });
      await widgets.merge('initial-a', { spec: { size: 4 } });
      const next = await watch.next();
      watch.close();
      expect(next?.type).toBe('MODIFIED');
      expect(Number(next?.object.metadata.resourceVersion)).toBeGreaterThan(
        Number(end?.object.metadata.resourceVersion),
      );
      await widgets.remove('initial-a');
      await widgets.remove('initial-b');
    });

    it('sends initial events not older than a version', async () => {
      const { metadata } = await widgets.create('fresh');
      const watch = await widgets.watch(
        `sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=${metadata.resourceVersion}`,
      );
      const events = await watch.until(isBookmark);
      watch.close();
      expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
      expect(Number(events[1]?.object.metadata.resourceVersion)).toBeGreaterThanOrEqual(
        Number(metadata.resourceVersion),
      );
      await widgets.remove('fresh');
    });

    it.each([
      ['sendInitialEvents=true', 'requires setting resourceVersionMatch to NotOlderThan'],
      ['resourceVersionMatch=NotOlderThan&resourceVersion=1', 'unless sendInitialEvents is provided'],
    ])('refuses the query %s', async (query, words) => {
      const { status, body } = await widgets.listAnswer<StatusBody>(`?watch=true&${query}`);
      expect([status, body.reason]).toEqual([422, 'Invalid']);
      expect(body.message).toContain(words);
    });

    it('refuses a resourceVersion that is no number', async () => {
      const { status } = await widgets.listAnswer<StatusBody>('?watch=true&resourceVersion=abc');
      expect(status).toBe(500);
    });

    it('ends in order after timeoutSeconds, with a bookmark before when versions have moved', async () => {
      const { metadata } = await widgets.list();
      const query = `resourceVersion=${metadata.resourceVersion}&timeoutSeconds=6&allowWatchBookmarks=true`;
      const watch = await widgets.watch(`${query}&labelSelector=never`);
      const unseen = await widgets.create('unseen');
      const events: WatchEvent[] = [];
      for (let event = await watch.next(); event !== undefined; event = await watch.next()) events.push(event);
      expect(events.length).toBeGreaterThan(0);
      expect(events.every(isBookmark)).toBe(true);
      const version = Number(events.at(-1)?.object.metadata.resourceVersion);
      expect(version).toBeGreaterThanOrEqual(Number(unseen.metadata.resourceVersion));
      await widgets.remove('unseen');
    });

    it('says within the stream that a version is too old', async () => {
      const watch = await widgets.watch('resourceVersion=1');
      const event = await watch.next();
      const end = await watch.next();
      watch.close();
      expect([event?.type, end]).toEqual(['ERROR', undefined]);
      expect(event?.object).toMatchObject({ kind: 'Status', code: 410, reason: 'Expired' });
      expect(event?.object.message).toContain('too old resource version');
    });

    it('waits when its version is still to come', async () => {
      const { metadata } = await widgets.list();
      const version = Number(metadata.resourceVersion);
      const watch = await widgets.watch(`resourceVersion=${version}`);
      const created = await widgets.create('to-come');
      const event = await watch.next();
      watch.close();
      expect([event?.type, event?.object.metadata.uid]).toEqual(['ADDED', created.metadata.uid]);
      await widgets.remove('to-come');
    });

    it('follows one object by its name', async () => {
      await widgets.create('followed');
      const { metadata } = await widgets.create('ignored');
      const watch = await widgets.watch(
        `resourceVersion=${metadata.resourceVersion}&fieldSelector=metadata.name%3Dfollowed`,
      );
      await widgets.merge('ignored', { spec: { size: 4 } });
      await widgets.merge('followed', { spec: { size: 5 } });
      const event = await watch.next();
      watch.close();
      expect([event?.object.metadata.name, event?.object.spec?.['size']]).toEqual(['followed', 5]);
      await widgets.remove('followed');
      await widgets.remove('ignored');
    });

    it('sends rows when asked for a table', async () => {
      const { metadata } = await widgets.list();
      const watch = await client().watch(`${widgets.path}?watch=true&resourceVersion=${metadata.resourceVersion}`, {
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      });
      await widgets.create('row');
      const event = (await watch.next()) as unknown as {
        type: string;
        object: { kind: string; rows: { cells: unknown[] }[] };
      };
      watch.close();
      expect([event.type, event.object.kind, event.object.rows[0]?.cells[0]]).toEqual(['ADDED', 'Table', 'row']);
      await widgets.remove('row');
    });
  });

  describe('discovery', () => {
    it('names groups, resources and the version of the server', async () => {
      const { body: groups } = await client().request<{ groups: { name: string }[] }>('GET', '/apis');
      expect(groups.groups.map(({ name }) => name)).toEqual(
        expect.arrayContaining([group, 'apps', 'apiextensions.k8s.io']),
      );
      const { body: list } = await client().request<{ resources: { name: string }[] }>('GET', `/apis/${apiVersion}`);
      expect(list.resources).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            name: 'widgets',
            singularName: 'widget',
            kind: 'Widget',
            namespaced: true,
            shortNames: ['wdg'],
            categories: ['conformance'],
            verbs: expect.arrayContaining(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']) as unknown,
          }),
          expect.objectContaining({ name: 'widgets/status' }),
        ]),
      );
      const { body: version } = await client().request<{ gitVersion: string }>('GET', '/version');
      expect(version.gitVersion).toMatch(/^v1\.\d+/);
      expect((await client().request<string>('GET', '/readyz')).body).toBe('ok');
    });
  });
}
