import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Change } from './change.ts';
import { createStore } from './store.ts';

interface Tagged extends KubernetesObject {
  tags: readonly string[];
}

const indexes = { tag: (object: Tagged) => object.tags, first: (object: Tagged) => object.tags.slice(0, 1) };

function tagged(name: string, version: number, tags: readonly string[] = [], uid = name): Tagged {
  return { metadata: { namespace: 'ns', name, uid, resourceVersion: String(version) }, tags };
}

const tag = fc.constantFrom('x', 'y', 'z', '__proto__');
const step = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  tags: fc.option(fc.array(tag, { maxLength: 3 })),
  isRecreated: fc.boolean(),
});

describe('the store', () => {
  it('finds by every index what a naive filter finds, and tells changes that replay to its content', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const store = createStore<Tagged>({ indexes });
        const model = new Map<string, Tagged>();
        const replayed = new Map<string, Tagged>();
        store.subscribe((change) => {
          expect(replayed.get(change.key)).toBe(change.type === 'deleted' ? change.object : change.previous);
          if (change.type === 'deleted') replayed.delete(change.key);
          else replayed.set(change.key, change.object);
        });
        let version = 0;
        for (const { name, tags, isRecreated } of steps) {
          version += 1;
          const key = `ns/${name}`;
          const uid = isRecreated ? `uid-${version}` : (model.get(key)?.metadata.uid ?? name);
          if (tags === null) {
            store.remove(key);
            model.delete(key);
          } else {
            const object = tagged(name, version, tags, uid);
            store.put(object);
            model.set(key, object);
          }
          expect(store.size).toBe(model.size);
        }
        expect(new Set(store.list())).toEqual(new Set(model.values()));
        expect(replayed).toEqual(model);
        for (const [index, valuesOf] of Object.entries(indexes)) {
          for (const value of ['x', 'y', 'z', '__proto__', 'none']) {
            const expected = [...model].filter(([, object]) => valuesOf(object).includes(value));
            expect(new Set(store.keysByIndex(index, value))).toEqual(new Set(expected.map(([key]) => key)));
            expect(new Set(store.byIndex(index, value))).toEqual(new Set(expected.map(([, object]) => object)));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('I2: never goes back to an older version of the same object', () => {
    const store = createStore<Tagged>();
    const told = vi.fn<(change: Change<Tagged>) => void>();
    store.put(tagged('a', 10, ['new']));
    store.subscribe(told);
    store.put(tagged('a', 9, ['old']));
    store.put(tagged('a', 10, ['same']));
    store.remove('ns/a', { resourceVersion: '8' });
    expect(store.get('ns/a')?.tags).toEqual(['new']);
    expect(told).not.toHaveBeenCalled();
    store.remove('ns/a', { resourceVersion: '11' });
    expect(store.get('ns/a')).toBeUndefined();
  });

  it('tells another uid as a deletion and an addition', () => {
    const store = createStore<Tagged>({ indexes });
    const told: string[] = [];
    store.put(tagged('a', 1, ['x'], 'one'));
    store.subscribe((change) => told.push(`${change.type} ${change.object.metadata.uid}`));
    store.put(tagged('a', 5, ['y'], 'two'), { raw: { whole: true } });
    expect(told).toEqual(['deleted one', 'added two']);
    expect(store.keysByIndex('tag', 'x')).toEqual([]);
  });

  it('hands the raw object to subscribers and keeps the transformed one', () => {
    const store = createStore<Tagged>();
    const raws: unknown[] = [];
    store.subscribe(({ raw, initial }) => raws.push([raw, initial]));
    const raw = { metadata: { managedFields: [] } };
    store.put(tagged('a', 1), { raw, initial: true });
    expect(raws).toEqual([[raw, true]]);
    expect(store.get('ns/a')).toEqual(tagged('a', 1));
  });

  it('serves the others when one subscriber throws, and stops when one leaves', () => {
    const errors: unknown[] = [];
    const store = createStore<Tagged>({ onError: (error) => errors.push(error) });
    const told = vi.fn<(change: Change<Tagged>) => void>();
    store.subscribe(() => {
      throw new Error('broken');
    });
    const leave = store.subscribe(told);
    store.put(tagged('a', 1));
    leave();
    store.put(tagged('b', 2));
    expect(told).toHaveBeenCalledTimes(1);
    expect(errors).toHaveLength(2);
  });

  it('stays as it was when an index function fails', () => {
    const store = createStore<Tagged>({
      indexes: {
        tag: (object) => {
          if (object.tags.includes('bad')) throw new Error('no');
          return object.tags;
        },
      },
    });
    store.put(tagged('a', 1, ['x']));
    expect(() => store.put(tagged('a', 2, ['bad']))).toThrow(expect.objectContaining({ code: 'RUNTIME_TRANSFORM' }));
    expect(store.keysByIndex('tag', 'x')).toEqual(['ns/a']);
  });

  it('refuses an index that it does not have', () => {
    expect(() => createStore<Tagged>().byIndex('owner', 'x')).toThrow(TypeError);
  });

  it('I14: makes objects immutable all the way down where it is told to, as in every test rig', () => {
    const store = createStore<KubernetesObject & { spec: { list: { a: number }[] } }>({ freeze: true });
    store.put({ metadata: { name: 'one', resourceVersion: '1' }, spec: { list: [{ a: 1 }] } });
    const one = store.get('one');
    expect(() => one?.spec.list.push({ a: 2 })).toThrow(TypeError);
    expect(() => Object.assign(one?.spec.list[0] ?? {}, { a: 2 })).toThrow(TypeError);
    expect(() => Object.assign(one?.metadata ?? {}, { name: 'two' })).toThrow(TypeError);
    expect(store.list()).toEqual([{ metadata: { name: 'one', resourceVersion: '1' }, spec: { list: [{ a: 1 }] } }]);
  });

  it('I1: hands out a tombstone, the last known object without a raw one, when nobody sent the deletion', () => {
    const store = createStore<KubernetesObject>();
    const one = { metadata: { name: 'one', uid: 'u', resourceVersion: '1' } };
    const told: unknown[] = [];
    store.put(one);
    store.subscribe((change) => told.push(change));
    store.remove('one');
    expect(told).toEqual([{ type: 'deleted', key: 'one', object: one, raw: undefined, initial: false }]);
  });
});
