import { expect, test } from 'vitest';
import { seededCatalog } from '../testing/seed.ts';
import { renderEntities } from './render.ts';

const catalog = seededCatalog();
const id = catalog.byRef('component:default/web');
const size = id === undefined ? 0 : catalog.bytes(id).length;

test('stops as soon as an answer is over the limit', () => {
  const ids = Array.from({ length: 1_000 }, () => id);
  expect(() => renderEntities({ catalog, ids, fields: undefined, maxBytes: size * 3 })).toThrow(/larger than/);
  expect(renderEntities({ catalog, ids: [id, id, id], fields: undefined, maxBytes: size * 3 })).toHaveLength(3);
});

test('renders a repeated entity once, and a missing one as null', () => {
  const [first, second, none] = renderEntities({ catalog, ids: [id, id, undefined], fields: undefined });
  expect(first).toBe(second);
  expect(none?.toString()).toBe('null');
});
