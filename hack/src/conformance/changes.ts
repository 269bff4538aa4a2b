import { beforeAll, describe, expect, it } from 'vitest';
import type { StatusBody } from './client.ts';
import { apiVersion, gadget, widget } from './subjects.ts';
import { widgetsIn, type Target, type Widgets } from './target.ts';

/** Patches and status. */
export function describeChanges(target: () => Target): void {
  let widgets: Widgets;
  let namespace: string;
  beforeAll(async () => {
    namespace = await target().namespace();
    widgets = widgetsIn(target().client, namespace);
  });
  const client = (): Target['client'] => target().client;

  describe('patch', () => {
    it('merges: sets, replaces lists, removes by null', async () => {
      await widgets.create('merged', { color: 'red', tags: ['a'], nested: { inner: { value: 'y' } } });
      const { status, body } = await widgets.merge('merged', {
        metadata: { labels: { a: 'b' } },
        spec: { tags: ['b', 'c'], nested: null },
      });
      expect([status, body.spec, body.metadata.labels]).toEqual([
        200,
        { color: 'red', mode: 'Slow', size: 3, tags: ['b', 'c'] },
        { a: 'b' },
      ]);
    });

    it('honours a resourceVersion in a merge patch', async () => {
      const old = await widgets.create('guarded');
      const patch = { metadata: { resourceVersion: old.metadata.resourceVersion }, spec: { size: 5 } };
      expect((await widgets.merge('guarded', patch)).status).toBe(200);
      const { status, body } = await widgets.merge<StatusBody>('guarded', { ...patch, spec: { size: 6 } });
      expect([status, body.reason]).toEqual([409, 'Conflict']);
    });

    it('keeps the version when a patch changes nothing', async () => {
      const old = await widgets.create('still');
      const { body } = await widgets.merge('still', { spec: { color: 'red' } });
      expect(body.metadata.resourceVersion).toBe(old.metadata.resourceVersion);
    });

    it('does the operations of a JSON patch', async () => {
      await widgets.create('operated', { color: 'red', tags: ['a', 'b'] });
      const { status, body } = await widgets.json('operated', [
        { op: 'test', path: '/spec/color', value: 'red' },
        { op: 'replace', path: '/spec/color', value: 'blue' },
        { op: 'add', path: '/spec/tags/-', value: 'c' },
        { op: 'remove', path: '/spec/tags/0' },
        { op: 'add', path: '/metadata/labels', value: { 'x.example/y': '1' } },
        { op: 'copy', from: '/spec/size', path: '/spec/amount' },
      ]);
      expect([status, body.spec]).toEqual([200, { color: 'blue', mode: 'Slow', size: 3, tags: ['b', 'c'], amount: 3 }]);
    });

    it('refuses a JSON patch whose test fails', async () => {
      await widgets.create('tested');
      const { status, body } = await widgets.json<StatusBody>('tested', [
        { op: 'test', path: '/spec/color', value: 'green' },
        { op: 'replace', path: '/spec/color', value: 'blue' },
      ]);
      expect([status, body.reason]).toEqual([422, 'Invalid']);
      expect((await widgets.get('tested')).spec?.['color']).toBe('red');
    });

    it('refuses a JSON patch of a path that does not exist', async () => {
      await widgets.create('pathless');
      const { status } = await widgets.json<StatusBody>('pathless', [{ op: 'remove', path: '/spec/absent' }]);
      expect(status).toBe(422);
    });

    it('refuses a JSON patch that is no list', async () => {
      await widgets.create('malformed');
      expect((await widgets.json<StatusBody>('malformed', { spec: {} })).status).toBe(400);
    });

    it('refuses a strategic merge patch of a custom resource', async () => {
      await widgets.create('strategic');
      const type = { 'content-type': 'application/strategic-merge-patch+json' };
      const { status, body } = await client().request<StatusBody>('PATCH', widgets.at('strategic'), { spec: {} }, type);
      expect([status, body.reason]).toEqual([415, 'UnsupportedMediaType']);
    });

    it('says that what it should patch is not there', async () => {
      expect((await widgets.merge<StatusBody>('never', { spec: {} })).status).toBe(404);
    });

    it('validates what a patch makes', async () => {
      await widgets.create('validated');
      const { status, body } = await widgets.merge<StatusBody>('validated', { spec: { size: 99 } });
      expect([status, body.reason]).toEqual([422, 'Invalid']);
    });
  });

  describe('status', () => {
    it('is dropped at creation and left alone by updates of the object', async () => {
      const { body } = await widgets.post({ ...widget('stateless'), status: { phase: 'Mine' } });
      expect(body.status).toBeUndefined();
      await widgets.mergeStatus('stateless', { status: { phase: 'Up' } });
      const { body: merged } = await widgets.merge('stateless', { spec: { size: 4 }, status: { phase: 'Down' } });
      expect([merged.spec?.['size'], merged.status]).toEqual([4, { phase: 'Up' }]);
    });

    it('is all that a write to it changes, and no generation', async () => {
      const old = await widgets.create('status-only');
      const { status, body } = await widgets.mergeStatus('status-only', {
        metadata: { labels: { a: 'b' } },
        spec: { color: 'blue' },
        status: { phase: 'Up' },
      });
      expect([status, body.spec?.['color'], body.status, body.metadata.generation, body.metadata.labels]).toEqual([
        200,
        'red',
        { phase: 'Up' },
        1,
        undefined,
      ]);
      expect(body.metadata.resourceVersion).not.toBe(old.metadata.resourceVersion);
    });

    it('can be replaced and read', async () => {
      const old = await widgets.create('replaced-status');
      const put = await client().request('PUT', `${widgets.at('replaced-status')}/status`, {
        ...old,
        spec: { color: 'blue' },
        status: { phase: 'Up' },
      });
      expect([put.status, put.body.spec?.['color'], put.body.status]).toEqual([200, 'red', { phase: 'Up' }]);
      const read = await client().request('GET', `${widgets.at('replaced-status')}/status`);
      expect(read.body.status).toEqual({ phase: 'Up' });
    });

    it('is validated', async () => {
      await widgets.create('bad-status');
      const { status, body } = await widgets.mergeStatus<StatusBody>('bad-status', { status: { phase: 7 } });
      expect([status, body.reason]).toEqual([422, 'Invalid']);
    });

    it('is part of the object, and of its generation, where there is no subresource', async () => {
      const path = `/apis/${apiVersion}/gadgets`;
      const name = `plain-${namespace}`;
      const created = await client().request('POST', path, gadget(name, { status: { a: 1 } }));
      expect([created.status, created.body.status]).toEqual([201, { a: 1 }]);
      const put = await client().request('PUT', `${path}/${name}`, { ...created.body, status: { a: 2 } });
      expect([put.body.status, put.body.metadata.generation]).toEqual([{ a: 2 }, 2]);
      expect((await client().request('GET', `${path}/${name}/status`)).status).toBe(404);
      await client().request('DELETE', `${path}/${name}`);
    });
  });
}
