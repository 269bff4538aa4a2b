import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFields } from './fields.ts';

const entity = {
  kind: 'Component',
  metadata: {
    name: 'shop',
    annotations: { 'backstage.io/orphan': 'true', a: 'short', 'a.b': 'dotted' },
    labels: { 2024: 'x' },
    tags: ['java'],
  },
  spec: { nested: { a: 1, b: { c: 2 } }, nothing: null },
};

function asked(...fields: string[]): unknown {
  const projection = parseFields(fields, 'fields');
  return projection === undefined ? entity : JSON.parse(JSON.stringify(projection(entity)));
}

describe('fields', () => {
  test.each<[string[], unknown]>([
    [['kind'], { kind: 'Component' }],
    [['kind,metadata.name'], { kind: 'Component', metadata: { name: 'shop' } }],
    [['kind', 'metadata.name'], { kind: 'Component', metadata: { name: 'shop' } }],
    [[' kind , '], { kind: 'Component' }],
    [['metadata.annotations.backstage.io/orphan'], { metadata: { annotations: { 'backstage.io/orphan': 'true' } } }],
    [['metadata.annotations.a.b'], { metadata: { annotations: { 'a.b': 'dotted' } } }],
    [['metadata.labels.2024'], { metadata: { labels: { 2024: 'x' } } }],
    [['metadata.tags'], { metadata: { tags: ['java'] } }],
    [['metadata.tags.0'], {}],
    [['spec.nothing'], { spec: { nothing: null } }],
    [['spec.nothing.more'], {}],
    [['nope', 'metadata.nope', 'kind.length', 'KIND', '.', 'metadata.'], {}],
    [['toString', 'constructor.name', '__proto__', 'metadata.__proto__'], {}],
    [['spec.nested,spec.nested.a'], { spec: { nested: { a: 1, b: { c: 2 } } } }],
    [['spec.nested.a,spec.nested'], { spec: { nested: { a: 1, b: { c: 2 } } } }],
    [['spec.nested.b.c,spec.nested.a'], { spec: { nested: { a: 1, b: { c: 2 } } } }],
  ])('%j leaves %j', (fields, expected) => {
    expect(asked(...fields)).toEqual(expected);
  });

  test('without a path the whole entity is meant', () => {
    expect(parseFields(undefined, 'fields')).toBeUndefined();
    expect(parseFields([' , '], 'fields')).toBeUndefined();
  });

  test.each([['metadata.tags[0]'], ['a['], ['x'.repeat(2_000)]])('refuses %s', (field) => {
    expect(() => parseFields([field], "Query parameter 'fields'")).toThrow(/'fields': .* is not a dot path/);
  });

  test('refuses more paths than a client needs', () => {
    const many = Array.from({ length: 201 }, (_, index) => `f${index}`);
    expect(() => parseFields(many, 'fields')).toThrow(/more than 200 paths/);
  });

  test('a key named __proto__ stays a key', () => {
    const odd = JSON.parse('{"spec":{"__proto__":{"polluted":"yes"}}}') as object;
    const projected = parseFields(['spec.__proto__.polluted'], 'fields')?.(odd);
    expect(JSON.stringify(projected)).toBe('{"spec":{"__proto__":{"polluted":"yes"}}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('never change the entity', () => {
    const before = structuredClone(entity);
    const paths = [
      'spec',
      'spec.nested',
      'spec.nested.a',
      'spec.nested.b.c',
      'metadata.labels',
      'metadata.labels.2024',
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(paths), (fields) => {
        asked(...fields);
        expect(entity).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });

  test('asking for every leaf gives the entity back, whatever its keys', () => {
    const key = fc.string({ minLength: 1, maxLength: 4 }).filter((text) => !/[.,[\s]/.test(text));
    const tree = fc.dictionary(key, fc.dictionary(key, fc.string(), { minKeys: 1 }), { minKeys: 1, maxKeys: 5 });
    fc.assert(
      fc.property(tree, (value) => {
        const leaves = Object.entries(value).flatMap(([a, inner]) => Object.keys(inner).map((b) => `${a}.${b}`));
        const projected = parseFields(leaves, 'fields')?.(value);
        expect(JSON.parse(JSON.stringify(projected))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });
});
