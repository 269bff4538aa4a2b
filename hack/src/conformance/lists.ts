import { beforeAll, describe, expect, it } from 'vitest';
import type { Thing, ThingList } from './client.ts';
import { apiVersion } from './subjects.ts';
import { namesOf, widgetsIn, type Target, type Widgets } from './target.ts';

/** Lists, pages, selectors, tables. */
export function describeLists(target: () => Target): void {
  let widgets: Widgets;
  let namespace: string;
  const client = (): Target['client'] => target().client;

  describe('list', () => {
    beforeAll(async () => {
      namespace = await target().namespace();
      widgets = widgetsIn(client(), namespace);
      for (const [name, color, labels] of [
        ['e', 'red', { tier: 'a', app: 'x' }],
        ['a', 'blue', { tier: 'b' }],
        ['c', 'red', { tier: 'c' }],
        ['b', 'green', {}],
        ['d', 'blue', { tier: 'a' }],
      ] as const) {
        await widgets.create(name, { color }, { labels });
      }
    });

    it('is in the order of names, with the version of the whole', async () => {
      const list = await widgets.list();
      expect([list.kind, list.apiVersion, namesOf(list)]).toEqual([
        'WidgetList',
        apiVersion,
        ['a', 'b', 'c', 'd', 'e'],
      ]);
      const newest = Math.max(...list.items.map(({ metadata }) => Number(metadata.resourceVersion)));
      expect(Number(list.metadata.resourceVersion)).toBeGreaterThanOrEqual(newest);
    });

    it('covers all namespaces where none is named', async () => {
      const { body } = await client().request<ThingList>('GET', `/apis/${apiVersion}/widgets`);
      expect(body.items.filter(({ metadata }) => metadata.namespace === namespace)).toHaveLength(5);
    });

    it('is empty in a namespace that does not exist', async () => {
      const path = `/apis/${apiVersion}/namespaces/conformance-nowhere/widgets`;
      const { status, body } = await client().request<ThingList>('GET', path);
      expect([status, body.items]).toEqual([200, []]);
    });

    it('comes in pages that show one state, whatever happens between them', async () => {
      const first = await widgets.list('?limit=2');
      expect([namesOf(first), first.metadata.remainingItemCount]).toEqual([['a', 'b'], 3]);
      await widgets.create('bb');
      await widgets.remove('d');
      const token = encodeURIComponent(first.metadata.continue ?? '');
      const second = await widgets.list(`?limit=2&continue=${token}`);
      expect([namesOf(second), second.metadata.resourceVersion]).toEqual([['c', 'd'], first.metadata.resourceVersion]);
      const third = await widgets.list(`?limit=2&continue=${encodeURIComponent(second.metadata.continue ?? '')}`);
      expect([namesOf(third), third.metadata.continue, third.metadata.remainingItemCount]).toEqual([
        ['e'],
        '',
        undefined,
      ]);
      await widgets.create('d', { color: 'blue' }, { labels: { tier: 'a' } });
      await widgets.remove('bb');
    });

    it('counts no remaining items of a selection', async () => {
      const { metadata } = await widgets.list('?limit=1&labelSelector=tier%3Da');
      expect([metadata.continue === undefined, metadata.remainingItemCount]).toEqual([false, undefined]);
    });

    it('refuses a continue token that is none', async () => {
      const { status, body } = await widgets.listAnswer('?limit=2&continue=nonsense');
      expect([status, body.reason]).toEqual([400, 'BadRequest']);
    });

    it('shows an older state when asked for exactly that', async () => {
      const before = await widgets.list();
      await widgets.create('younger');
      const version = before.metadata.resourceVersion;
      const exact = await widgets.list(`?resourceVersion=${version}&resourceVersionMatch=Exact`);
      expect([namesOf(exact), exact.metadata.resourceVersion]).toEqual([namesOf(before), version]);
      const newer = await widgets.list(`?resourceVersion=${version}&resourceVersionMatch=NotOlderThan`);
      expect(Number(newer.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(version));
      await widgets.remove('younger');
    });

    it('answers at any version when asked for version 0', async () => {
      const { status } = await widgets.listAnswer('?resourceVersion=0');
      expect(status).toBe(200);
    });

    it('says that a version is too large', async () => {
      const version = Number((await widgets.list()).metadata.resourceVersion) + 1_000_000;
      const { status, body } = await widgets.listAnswer(
        `?resourceVersion=${version}&resourceVersionMatch=NotOlderThan`,
      );
      expect([status, body.reason]).toEqual([504, 'Timeout']);
      expect(body.message).toContain('Too large resource version');
      expect(body.details?.causes).toMatchObject([{ reason: 'ResourceVersionTooLarge' }]);
    });

    it.each([
      ['resourceVersionMatch=Exact', 'unless resourceVersion is provided'],
      ['resourceVersion=0&resourceVersionMatch=Exact', 'forbidden for resourceVersion "0"'],
      ['resourceVersion=1&resourceVersionMatch=Sometimes', 'Unsupported value: "Sometimes"'],
      [
        'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=0',
        'sendInitialEvents is forbidden for list',
      ],
    ])('refuses the query %s', async (query, words) => {
      const { status, body } = await widgets.listAnswer(`?${query}`);
      expect([status, body.reason]).toEqual([422, 'Invalid']);
      expect(body.message).toContain(words);
    });

    it.each([
      ['tier=a', ['d', 'e']],
      ['tier==a,app=x', ['e']],
      ['tier!=a', ['a', 'b', 'c']],
      ['tier in (a, b)', ['a', 'd', 'e']],
      ['tier notin (a,b)', ['b', 'c']],
      ['tier', ['a', 'c', 'd', 'e']],
      ['!tier', ['b']],
      ['tier in (a),app', ['e']],
    ])('selects by labels: %s', async (selector, names) => {
      expect(namesOf(await widgets.list(`?labelSelector=${encodeURIComponent(selector)}`))).toEqual(names);
    });

    it.each([
      ['metadata.name=c', ['c']],
      ['metadata.name!=c', ['a', 'b', 'd', 'e']],
      ['spec.color=red', ['c', 'e']],
      ['spec.color!=red,metadata.name!=b', ['a', 'd']],
    ])('selects by fields: %s', async (selector, names) => {
      expect(namesOf(await widgets.list(`?fieldSelector=${encodeURIComponent(selector)}`))).toEqual(names);
    });

    it('refuses a field that the definition does not offer', async () => {
      const { status, body } = await widgets.listAnswer('?fieldSelector=spec.size%3D3');
      expect([status, body.reason]).toEqual([400, 'BadRequest']);
      expect(body.message).toContain('field label not supported: spec.size');
    });

    it('refuses a label selector that does not parse', async () => {
      expect((await widgets.listAnswer('?labelSelector=%3D%3D%3D')).status).toBe(400);
    });

    it('shows metadata only when asked for it', async () => {
      const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
      const { body } = await client().request<ThingList>('GET', widgets.path, undefined, { accept });
      expect([body.kind, body.apiVersion]).toEqual(['PartialObjectMetadataList', 'meta.k8s.io/v1']);
      expect(body.items[0]).toMatchObject({ metadata: { name: 'a' } });
      expect(body.items[0]?.spec).toBeUndefined();
    });

    it('is a table with the columns of the definition when asked for one', async () => {
      await widgets.mergeStatus('a', { status: { conditions: [{ type: 'Ready', status: 'True' }] } });
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
      const { body } = await client().request<{
        kind: string;
        columnDefinitions: { name: string; type: string; priority: number }[];
        rows: { cells: unknown[]; object: Thing }[];
      }>('GET', widgets.path, undefined, { accept });
      expect(body.kind).toBe('Table');
      expect(body.columnDefinitions.map(({ name, type, priority }) => [name, type, priority])).toEqual([
        ['Name', 'string', 0],
        ['Color', 'string', 0],
        ['Ready', 'string', 0],
        ['Size', 'integer', 1],
        ['Age', 'date', 0],
      ]);
      expect(body.rows[0]?.cells.slice(0, 4)).toEqual(['a', 'blue', 'True', 3]);
      expect(body.rows[0]?.cells[4]).toMatch(/^\d+s$/);
      expect(body.rows[0]?.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'a' } });
    });
  });
}
