import { beforeAll, describe, expect, it } from 'vitest';
import type { StatusBody, Thing } from './client.ts';
import { apiVersion, gadget, group, widget } from './subjects.ts';
import { widgetsIn, type Target, type Widgets } from './target.ts';

/** Create, read, update, delete, generation, finalizers. */
export function describeWrites(target: () => Target): void {
  let widgets: Widgets;
  let namespace: string;
  beforeAll(async () => {
    namespace = await target().namespace();
    widgets = widgetsIn(target().client, namespace);
  });
  const client = (): Target['client'] => target().client;

  describe('create and read', () => {
    it('gives identity, a version, a generation and a time', async () => {
      const { status, body } = await widgets.post(widget('created'));
      expect(status).toBe(201);
      expect(body).toMatchObject({
        apiVersion,
        kind: 'Widget',
        metadata: { name: 'created', namespace, generation: 1 },
      });
      expect(body.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(body.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(0);
      const read = await widgets.get('created');
      expect({ ...read, metadata: { ...read.metadata, managedFields: null } }).toEqual({
        ...body,
        metadata: { ...body.metadata, managedFields: null },
      });
    });

    it('refuses a second one of the name', async () => {
      await widgets.create('twice');
      const { status, body } = await widgets.post<StatusBody>(widget('twice'));
      expect(status).toBe(409);
      expect(body).toMatchObject({
        kind: 'Status',
        status: 'Failure',
        reason: 'AlreadyExists',
        message: `widgets.${group} "twice" already exists`,
        details: { name: 'twice', group, kind: 'widgets' },
        code: 409,
      });
    });

    it('makes a name from generateName', async () => {
      const { body } = await widgets.post({
        apiVersion,
        kind: 'Widget',
        metadata: { generateName: 'gen-' },
        spec: { color: 'red' },
      });
      expect(body.metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    });

    it('refuses an object without a name', async () => {
      const { status, body } = await widgets.post<StatusBody>({
        apiVersion,
        kind: 'Widget',
        metadata: {},
        spec: { color: 'red' },
      });
      expect([status, body.reason]).toEqual([422, 'Invalid']);
      expect(body.details?.causes).toMatchObject([{ reason: 'FieldValueRequired', field: 'metadata.name' }]);
    });

    it('refuses a name that is no DNS subdomain', async () => {
      const { status, body } = await widgets.post<StatusBody>(widget('Not_A_Name'));
      expect([status, body.reason]).toEqual([422, 'Invalid']);
      expect(body.details?.causes?.[0]).toMatchObject({ reason: 'FieldValueInvalid', field: 'metadata.name' });
      expect(body.message).toContain(
        'metadata.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain must consist of',
      );
    });

    it('refuses a resourceVersion at creation', async () => {
      const { status, body } = await widgets.post<StatusBody>(
        widget('versioned', { color: 'red' }, { resourceVersion: '7' }),
      );
      expect([status, body.message]).toEqual([500, 'resourceVersion should not be set on objects to be created']);
    });

    it('refuses an object of another kind', async () => {
      const { status, body } = await widgets.post<StatusBody>({ ...gadget('other') });
      expect([status, body.reason]).toEqual([422, 'Invalid']);
      expect(body.details?.causes).toMatchObject([
        { field: 'kind', message: 'Invalid value: "Gadget": must be Widget' },
      ]);
    });

    it('refuses an object of another version', async () => {
      const other = { ...widget('other'), apiVersion: `${group}/v9` };
      const { status, body } = await widgets.post<StatusBody>(other);
      expect([status, body.reason]).toEqual([400, 'BadRequest']);
    });

    it('refuses an object without a kind', async () => {
      const { status } = await widgets.post<StatusBody>({ metadata: { name: 'kindless' }, spec: { color: 'red' } });
      expect(status).toBe(400);
    });

    it('refuses an object of another namespace', async () => {
      const { status, body } = await widgets.post<StatusBody>(
        widget('elsewhere', { color: 'red' }, { namespace: 'default' }),
      );
      expect([status, body.message]).toEqual([
        400,
        'the namespace of the provided object does not match the namespace sent on the request',
      ]);
    });

    it('refuses a namespace that does not exist', async () => {
      const { status, body } = await client().request<StatusBody>(
        'POST',
        `/apis/${apiVersion}/namespaces/conformance-nowhere/widgets`,
        widget('a'),
      );
      expect([status, body.reason, body.message]).toEqual([
        404,
        'NotFound',
        'namespaces "conformance-nowhere" not found',
      ]);
    });

    it('refuses a body that is no JSON', async () => {
      const { status, body } = await widgets.post<StatusBody>('{"apiVersion":');
      expect([status, body.reason]).toEqual([400, 'BadRequest']);
    });

    it('stores nothing in a dry run', async () => {
      const { status, body } = await widgets.post(widget('dry'), '?dryRun=All');
      expect([status, body.metadata.name]).toEqual([201, 'dry']);
      expect((await client().request('GET', widgets.at('dry'))).status).toBe(404);
    });

    it('says what was not found', async () => {
      const { status, body } = await client().request<StatusBody>('GET', widgets.at('absent'));
      expect(status).toBe(404);
      expect(body).toMatchObject({
        reason: 'NotFound',
        message: `widgets.${group} "absent" not found`,
        details: { name: 'absent', group, kind: 'widgets' },
      });
    });

    it('answers for a resource that is not served in plain text', async () => {
      const { status, body } = await client().request<string>('GET', `/apis/${apiVersion}/gizmos`);
      expect([status, body]).toEqual([404, '404 page not found\n']);
    });
  });

  describe('update', () => {
    it('replaces, and moves version and generation', async () => {
      const old = await widgets.create('updated');
      const { status, body } = await widgets.put({ ...old, spec: { color: 'blue' } });
      expect([status, body.spec?.['color'], body.metadata.generation]).toEqual([200, 'blue', 2]);
      expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(old.metadata.resourceVersion));
      expect(body.metadata.uid).toBe(old.metadata.uid);
    });

    it('refuses one from an older version', async () => {
      const old = await widgets.create('raced');
      await widgets.put({ ...old, spec: { color: 'blue' } });
      const { status, body } = await widgets.put<StatusBody>({ ...old, spec: { color: 'green' } });
      expect([status, body.reason]).toEqual([409, 'Conflict']);
      expect(body.message).toBe(
        `Operation cannot be fulfilled on widgets.${group} "raced": the object has been modified; please apply your changes to the latest version and try again`,
      );
    });

    it('needs a resourceVersion', async () => {
      const old = await widgets.create('unversioned');
      const { resourceVersion: _none, ...metadata } = old.metadata;
      const { status, body } = await widgets.put<StatusBody>({ ...old, metadata } as Thing);
      expect([status, body.reason]).toEqual([422, 'Invalid']);
      expect(body.details?.causes).toMatchObject([{ field: 'metadata.resourceVersion' }]);
    });

    it('keeps the version when nothing changes', async () => {
      const old = await widgets.create('same');
      const { body } = await widgets.put(old);
      expect(body.metadata.resourceVersion).toBe(old.metadata.resourceVersion);
    });

    it('moves no generation for labels', async () => {
      const old = await widgets.create('labelled');
      const { body } = await widgets.put({ ...old, metadata: { ...old.metadata, labels: { a: 'b' } } });
      expect([body.metadata.labels, body.metadata.generation]).toEqual([{ a: 'b' }, 1]);
      expect(body.metadata.resourceVersion).not.toBe(old.metadata.resourceVersion);
    });

    it('refuses another name than that of the URL', async () => {
      const old = await widgets.create('named');
      const renamed = { ...old, metadata: { ...old.metadata, name: 'renamed' } };
      const { status, body } = await client().request<StatusBody>('PUT', widgets.at('named'), renamed);
      expect([status, body.message]).toEqual([
        400,
        'the name of the object (renamed) does not match the name on the URL (named)',
      ]);
    });

    it('refuses another uid', async () => {
      const old = await widgets.create('identity');
      const uid = '00000000-0000-4000-8000-000000000000';
      const { status, body } = await widgets.put<StatusBody>({ ...old, metadata: { ...old.metadata, uid } });
      expect([status, body.reason]).toEqual([409, 'Conflict']);
    });

    it('keeps the time of creation whatever is sent', async () => {
      const old = await widgets.create('dated');
      const metadata = { ...old.metadata, creationTimestamp: '2001-01-01T00:00:00Z', generation: 77 };
      const { body } = await widgets.put({ ...old, metadata, spec: { color: 'blue' } });
      expect([body.metadata.creationTimestamp, body.metadata.generation]).toEqual([old.metadata.creationTimestamp, 2]);
    });

    it('says that what it should replace is not there', async () => {
      const { status } = await widgets.put<StatusBody>({
        ...(widget('never') as Thing),
        metadata: { name: 'never', resourceVersion: '1' } as Thing['metadata'],
      });
      expect(status).toBe(404);
    });
  });

  describe('delete', () => {
    it('removes, and says what', async () => {
      const old = await widgets.create('removed');
      const { status, body } = await widgets.remove('removed');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        kind: 'Status',
        status: 'Success',
        details: { name: 'removed', group, kind: 'widgets', uid: old.metadata.uid },
      });
      expect((await client().request('GET', widgets.at('removed'))).status).toBe(404);
      expect((await widgets.remove('removed')).status).toBe(404);
    });

    it('gives a new identity to the next of the name', async () => {
      const old = await widgets.create('reborn');
      await widgets.remove('reborn');
      expect((await widgets.create('reborn')).metadata.uid).not.toBe(old.metadata.uid);
    });

    it('honours the preconditions uid and resourceVersion', async () => {
      const old = await widgets.create('conditional');
      const kind = { apiVersion: 'v1', kind: 'DeleteOptions' };
      const wrong = await widgets.remove('conditional', { ...kind, preconditions: { uid: 'other' } });
      expect([wrong.status, wrong.body.reason]).toEqual([409, 'Conflict']);
      const stale = await widgets.remove('conditional', { ...kind, preconditions: { resourceVersion: '1' } });
      expect([stale.status, stale.body.reason]).toEqual([409, 'Conflict']);
      const { uid, resourceVersion } = old.metadata;
      expect((await widgets.remove('conditional', { ...kind, preconditions: { uid, resourceVersion } })).status).toBe(
        200,
      );
    });

    it('waits for finalizers', async () => {
      const finalizers = ['conformance.portolan.dev/hold'];
      await widgets.create('held', { color: 'red' }, { finalizers });
      const { status, body } = await widgets.remove('held');
      expect([status, body.kind]).toEqual([200, 'Widget']);
      const held = await widgets.get('held');
      expect(held.metadata).toMatchObject({ finalizers, generation: 2, deletionGracePeriodSeconds: 0 });
      expect(held.metadata.deletionTimestamp).toMatch(/Z$/);
      // A second deletion changes nothing.
      await widgets.remove('held');
      expect((await widgets.get('held')).metadata.resourceVersion).toBe(held.metadata.resourceVersion);
      const released = await widgets.merge('held', { metadata: { finalizers: null } });
      expect(released.status).toBe(200);
      expect((await client().request('GET', widgets.at('held'))).status).toBe(404);
    });

    it('refuses new finalizers once deletion has begun', async () => {
      const finalizers = ['conformance.portolan.dev/hold'];
      await widgets.create('late', { color: 'red' }, { finalizers });
      await widgets.remove('late');
      const more = [...finalizers, 'conformance.portolan.dev/more'];
      const { status, body } = await widgets.merge<StatusBody>('late', { metadata: { finalizers: more } });
      expect([status, body.details?.causes?.[0]?.field]).toEqual([422, 'metadata.finalizers']);
      await widgets.merge('late', { metadata: { finalizers: [] } });
    });

    it('removes a whole collection by selector', async () => {
      await widgets.create('many-a', { color: 'red' }, { labels: { many: 'yes' } });
      await widgets.create('many-b', { color: 'red' }, { labels: { many: 'yes' } });
      await widgets.create('many-c', { color: 'red' }, { labels: { many: 'no' } });
      const { status } = await client().request('DELETE', `${widgets.path}?labelSelector=many%3Dyes`);
      expect(status).toBe(200);
      const left = await widgets.list('?labelSelector=many');
      expect(left.items.map(({ metadata }) => metadata.name)).toEqual(['many-c']);
    });

    it('empties a namespace that is deleted, and takes nothing new into it', async () => {
      const doomed = await target().namespace();
      const inside = widgetsIn(client(), doomed);
      await inside.create('free');
      await inside.create('held', { color: 'red' }, { finalizers: ['conformance.portolan.dev/hold'] });
      await client().request('DELETE', `/api/v1/namespaces/${doomed}`);
      const read = async (path: string): Promise<number> => (await client().request('GET', path)).status;
      await target().eventually('free is gone', async () =>
        (await read(inside.at('free'))) === 404 ? true : undefined,
      );
      const held = await target().eventually('held is marked', async () => {
        const found = await inside.get('held');
        return found.metadata.deletionTimestamp === undefined ? undefined : found;
      });
      expect(held.metadata.name).toBe('held');
      const refused = await inside.post<StatusBody>(widget('new'));
      expect([refused.status, refused.body.reason]).toEqual([403, 'Forbidden']);
      expect(refused.body.details?.causes?.[0]?.reason).toBe('NamespaceTerminating');
      await inside.merge('held', { metadata: { finalizers: null } });
      const gone = await target().eventually('the namespace is gone', async () =>
        (await read(`/api/v1/namespaces/${doomed}`)) === 404 ? true : undefined,
      );
      expect(gone).toBe(true);
    });
  });
}
