import { describe, expect, test } from 'vitest';
import { entityRows, rowValue } from './rows.ts';

const rows = (entity: object): string[] => entityRows(entity).map(({ key, value }) => `${key}=${value ?? '(exists)'}`);

describe('the rows of an entity', () => {
  test('are its leaves under their dot paths, arrays without index', () => {
    expect(rows({ a: { b: ['c', { d: 1 }], e: 7 } })).toEqual(['a.b=c', 'a.b.c=true', 'a.b.d=1', 'a.e=7']);
  });

  test('have lower-cased keys and values in original case', () => {
    expect(rows({ Spec: { Type: 'Service' } })).toEqual(['spec.type=Service']);
  });

  test('come once per key and value, whatever the case', () => {
    expect(rows({ tags: ['Go', 'go', 'GO'], Tags: ['go'] })).toEqual(['tags=Go', 'tags.go=true']);
  });

  test('leave out objects and empty arrays, which never exist', () => {
    expect(rows({ metadata: { labels: {}, tags: [] } })).toEqual([]);
  });

  test('keep null and values over 200 characters as existing only', () => {
    expect(rows({ a: null, b: 'x'.repeat(200), c: 'x'.repeat(201) })).toEqual([
      'a=(exists)',
      `b=${'x'.repeat(200)}`,
      'c=(exists)',
    ]);
  });

  test('measure a value as it is compared: lower-cased', () => {
    expect(rowValue('İ'.repeat(100))).toBe('İ'.repeat(100));
    expect(rowValue('İ'.repeat(101))).toBeNull();
  });

  test('leave out keys over 200 characters', () => {
    expect(rows({ ['k'.repeat(200)]: 1, ['k'.repeat(201)]: 1 })).toEqual([`${'k'.repeat(200)}=1`]);
  });

  test('leave out relations, attachments, etag and status, but for the verdict and its reason', () => {
    const entity = {
      metadata: { etag: 'x', name: 'n' },
      relations: [{ type: 'ownedBy' }],
      attachments: { a: 1 },
      status: { items: [{ level: 'error' }], portolan: { health: { verdict: 'Healthy', reason: 'Ready' } } },
    };
    expect(rows(entity)).toEqual([
      'metadata.name=n',
      'status.portolan.health.verdict=Healthy',
      'status.portolan.health.reason=Ready',
    ]);
  });

  test('take keys literally that mean something to JavaScript', () => {
    const spec = JSON.parse('{"__proto__": "a", "constructor": {"prototype": "b"}}') as object;
    expect(rows({ spec })).toEqual(['spec.__proto__=a', 'spec.constructor.prototype=b']);
  });
});
