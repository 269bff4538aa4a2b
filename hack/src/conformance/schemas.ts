import { beforeAll, describe, expect, it } from 'vitest';
import type { StatusBody, Thing } from './client.ts';
import { apiVersion, widget } from './subjects.ts';
import { widgetsIn, type Target, type Widgets } from './target.ts';

/** Validation, defaults, pruning, apply. */
export function describeSchemas(target: () => Target): void {
  let widgets: Widgets;
  beforeAll(async () => {
    widgets = widgetsIn(target().client, await target().namespace());
  });

  describe('schema', () => {
    it('fills defaults, also in what is nested and in list items', async () => {
      const created = await widgets.create('defaulted', {
        color: 'red',
        nested: { inner: {} },
        ports: [{ name: 'a' }],
      });
      expect(created.spec).toEqual({
        color: 'red',
        mode: 'Slow',
        size: 3,
        nested: { inner: { value: 'x' } },
        ports: [{ name: 'a', protocol: 'TCP' }],
      });
    });

    it('fills no defaults into what is absent', async () => {
      const created = await widgets.create('undefaulted', { color: 'red', nested: {} });
      expect(created.spec?.['nested']).toEqual({});
    });

    it('prunes what is not declared, and says so in warnings', async () => {
      const { status, body, headers } = await widgets.post(
        widget('pruned', { color: 'red', colour: 'x', ports: [{ name: 'a', extra: 1 }], labels: { a: 'b' } }),
      );
      expect(status).toBe(201);
      expect(body.spec).toMatchObject({ color: 'red', ports: [{ name: 'a', protocol: 'TCP' }], labels: { a: 'b' } });
      expect(body.spec?.['colour']).toBeUndefined();
      const warning = String(headers['warning']);
      expect(warning).toContain(String.raw`unknown field \"spec.colour\"`);
      expect(warning).toContain(String.raw`unknown field \"spec.ports[0].extra\"`);
    });

    it('refuses what is not declared under strict validation, and is silent when told to ignore', async () => {
      const strict = await widgets.post<StatusBody>(
        widget('strict', { color: 'red', colour: 'x' }),
        '?fieldValidation=Strict',
      );
      expect([strict.status, strict.body.reason]).toEqual([400, 'BadRequest']);
      expect(strict.body.message).toContain('strict decoding error: unknown field "spec.colour"');
      const ignored = await widgets.post(widget('ignored', { color: 'red', colour: 'x' }), '?fieldValidation=Ignore');
      expect([ignored.status, ignored.headers['warning']]).toEqual([201, undefined]);
    });

    it('keeps unknown fields where the schema says so', async () => {
      const free = { anything: { goes: [1, { here: true }] } };
      const created = await widgets.create('free', { color: 'red', free });
      expect(created.spec?.['free']).toEqual(free);
    });

    it.each<[string, Record<string, unknown>, string, string]>([
      ['a missing field', { size: 1 }, 'FieldValueRequired', 'spec.color'],
      ['a pattern', { color: 'RED' }, 'FieldValueInvalid', 'spec.color'],
      ['a text that is too short', { color: '' }, 'FieldValueInvalid', 'spec.color'],
      ['a text that is too long', { color: 'a'.repeat(21) }, 'FieldValueTooLong', 'spec.color'],
      ['a value outside an enum', { color: 'red', mode: 'fast' }, 'FieldValueNotSupported', 'spec.mode'],
      ['a number that is too large', { color: 'red', size: 10 }, 'FieldValueInvalid', 'spec.size'],
      ['a number that is too small', { color: 'red', size: 0 }, 'FieldValueInvalid', 'spec.size'],
      ['a list that is too long', { color: 'red', tags: ['a', 'b', 'c', 'd'] }, 'FieldValueTooMany', 'spec.tags'],
      ['a duplicate in a set', { color: 'red', tags: ['a', 'a'] }, 'FieldValueDuplicate', 'spec.tags[1]'],
      [
        'a duplicate key in a list map',
        { color: 'red', ports: [{ name: 'a' }, { name: 'a' }] },
        'FieldValueDuplicate',
        'spec.ports[1]',
      ],
      ['a wrong type', { color: 7 }, 'FieldValueTypeInvalid', 'spec.color'],
      ['a fraction for an integer', { color: 'red', size: 1.5 }, 'FieldValueTypeInvalid', 'spec.size'],
      ['a value of a map', { color: 'red', labels: { key: 'too long' } }, 'FieldValueTooLong', 'spec.labels.key'],
      ['a format', { color: 'red', when: 'yesterday' }, 'FieldValueTypeInvalid', 'spec.when'],
      ['neither integer nor string', { color: 'red', amount: true }, 'FieldValueTypeInvalid', 'spec.amount'],
    ])('refuses %s', async (_what, spec, reason, field) => {
      const { status, body } = await widgets.post<StatusBody>(widget('refused', spec));
      expect([status, body.reason]).toEqual([422, 'Invalid']);
      expect(body.details?.causes).toEqual(expect.arrayContaining([expect.objectContaining({ reason, field })]));
      expect(body.message).toContain('Widget.conformance.portolan.dev "refused" is invalid: ');
    });

    it('takes integers and texts where both may be, and null where it may', async () => {
      const created = await widgets.create('lenient', { color: 'red', amount: '50%', nothing: null });
      expect(created.spec).toMatchObject({ amount: '50%', nothing: null });
      expect((await widgets.create('lenient-too', { color: 'red', amount: 5 })).spec?.['amount']).toBe(5);
    });

    it('drops null where a default stands by', async () => {
      const created = await widgets.create('nulled', { color: 'red', mode: null });
      expect(created.spec?.['mode']).toBe('Slow');
    });

    it('counts characters, not bytes', async () => {
      const { status } = await widgets.post<StatusBody>(widget('unicode', { color: 'red', labels: { a: 'äöüßé' } }));
      expect(status).toBe(201);
    });

    it('takes a real catalog entity and refuses a bad one', async () => {
      const namespace = widgets.path.split('/')[5] ?? '';
      const path = `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/components`;
      const component = (spec: object): object => ({
        apiVersion: 'portolan.dev/v1alpha1',
        kind: 'Component',
        metadata: { name: 'web' },
        spec,
      });
      const spec = { type: 'service', lifecycle: 'production', owner: 'team-a', tags: ['java'] };
      const good = await target().client.request<Thing>('POST', path, component(spec));
      expect([good.status, good.body.spec]).toEqual([201, spec]);
      const bad = await target().client.request<StatusBody>('POST', path, component({ ...spec, tags: ['Not A Tag'] }));
      expect([bad.status, bad.body.details?.causes?.[0]?.field]).toEqual([422, 'spec.tags[0]']);
      await target().client.request('DELETE', `${path}/web`);
    });
  });

  describe('apply', () => {
    it('creates, then changes, and records its manager', async () => {
      const created = await widgets.apply('applied', { spec: { color: 'red' } }, 'alice');
      expect([created.status, created.body.spec]).toEqual([201, { color: 'red', mode: 'Slow', size: 3 }]);
      const changed = await widgets.apply('applied', { spec: { color: 'blue' } }, 'alice');
      expect([changed.status, changed.body.spec?.['color'], changed.body.metadata.generation]).toEqual([
        200,
        'blue',
        2,
      ]);
      expect(changed.body.metadata.managedFields).toEqual([
        expect.objectContaining({
          manager: 'alice',
          operation: 'Apply',
          apiVersion,
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:spec': { 'f:color': {} } },
        }),
      ]);
    });

    it('keeps the version when nothing changes', async () => {
      const first = await widgets.apply('applied-twice', { spec: { color: 'red' } }, 'alice');
      const second = await widgets.apply('applied-twice', { spec: { color: 'red' } }, 'alice');
      expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
    });

    it('leaves the fields of others, and removes its own that it no longer names', async () => {
      await widgets.apply('shared', { spec: { color: 'red', amount: 1, labels: { a: '1', b: '2' } } }, 'alice');
      await widgets.apply('shared', { spec: { color: 'red', when: '2026-01-01T00:00:00Z' } }, 'bob');
      const { body } = await widgets.apply('shared', { spec: { color: 'red', labels: { a: '1' } } }, 'alice');
      expect(body.spec).toEqual({
        color: 'red',
        mode: 'Slow',
        size: 3,
        labels: { a: '1' },
        when: '2026-01-01T00:00:00Z',
      });
    });

    it('keeps a field that another manager also applied', async () => {
      await widgets.apply('both', { spec: { color: 'red', amount: 1 } }, 'alice');
      await widgets.apply('both', { spec: { color: 'red', amount: 1 } }, 'bob');
      const { body } = await widgets.apply('both', { spec: { color: 'red' } }, 'alice');
      expect(body.spec?.['amount']).toBe(1);
    });

    it('merges sets and lists with keys, and replaces other lists', async () => {
      await widgets.apply(
        'lists',
        { spec: { color: 'red', tags: ['a'], ports: [{ name: 'x', number: 1 }], links: [{ url: 'u' }] } },
        'alice',
      );
      const { body } = await widgets.apply(
        'lists',
        {
          spec: {
            color: 'red',
            tags: ['b'],
            ports: [
              { name: 'y', number: 2 },
              { name: 'x', number: 3 },
            ],
            links: [{ url: 'v' }],
          },
        },
        'bob',
      );
      expect(body.spec?.['tags']).toEqual(['a', 'b']);
      expect(body.spec?.['links']).toEqual([{ url: 'v' }]);
      expect(new Set(body.spec?.['ports'] as object[])).toEqual(
        new Set([
          { name: 'x', number: 3, protocol: 'TCP' },
          { name: 'y', number: 2, protocol: 'TCP' },
        ]),
      );
      const { body: less } = await widgets.apply('lists', { spec: { color: 'red' } }, 'bob');
      expect([less.spec?.['tags'], less.spec?.['links']]).toEqual([['a'], undefined]);
    });

    it('applies a status apart from the rest', async () => {
      await widgets.apply('stated', { spec: { color: 'red' } }, 'alice');
      const { status, body } = await widgets.apply(
        'stated',
        { spec: { color: 'blue' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } },
        'bob',
        '/status',
      );
      expect([status, body.spec?.['color'], body.metadata.generation]).toEqual([200, 'red', 1]);
      expect(body.status).toEqual({ conditions: [{ type: 'Ready', status: 'True' }] });
      expect(body.metadata.managedFields?.map(({ manager, subresource }) => [manager, subresource])).toEqual(
        expect.arrayContaining([['bob', 'status']]),
      );
    });

    it('needs a manager', async () => {
      const { status, body } = await widgets.apply<StatusBody>('managerless', { spec: { color: 'red' } }, '');
      expect([status, body.reason]).toEqual([422, 'Invalid']);
      expect(body.message).toContain('fieldManager: Required value: is required for apply patch');
    });

    it('takes YAML', async () => {
      const yaml = `apiVersion: ${apiVersion}\nkind: Widget\nmetadata:\n  name: yaml\nspec:\n  color: red\n`;
      const { status, body } = await target().client.request(
        'PATCH',
        `${widgets.at('yaml')}?fieldManager=alice`,
        yaml,
        {
          'content-type': 'application/apply-patch+yaml',
        },
      );
      expect([status, body.spec?.['color']]).toEqual([201, 'red']);
    });

    it('refuses managedFields and another name', async () => {
      const managed = await widgets.apply<StatusBody>(
        'managed',
        { metadata: { name: 'managed', managedFields: [] }, spec: { color: 'red' } },
        'alice',
      );
      const renamed = await widgets.apply<StatusBody>(
        'renamed',
        { metadata: { name: 'other' }, spec: { color: 'red' } },
        'alice',
      );
      expect(renamed.status).toBe(400);
      expect([200, 201, 400]).toContain(managed.status);
    });
  });
}
