import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createBreather } from './event-loop.ts';

it('gives all who share it one budget of each turn of the loop, however many they are', async () => {
  let ms = 0;
  const breather = createBreather({ now: () => ms });
  let turn = 0;
  let isOver = false;
  const itemsByTurn: number[] = [];
  const count = async (): Promise<void> => {
    while (!isOver) {
      await nextTurn();
      turn += 1;
    }
  };
  // An item takes a millisecond.
  const work = async (): Promise<void> => {
    for (let item = 0; item < 50; item += 1) {
      ms += 1;
      itemsByTurn[turn] = (itemsByTurn[turn] ?? 0) + 1;
      await breather.breathe();
    }
  };
  const counting = count();
  await Promise.all(Array.from({ length: 32 }, work));
  isOver = true;
  await counting;
  expect(itemsByTurn.reduce((sum, items) => sum + items, 0)).toBe(32 * 50);
  // 15 ms, and of each of the 32 the item that it was at.
  expect(Math.max(...itemsByTurn)).toBeLessThanOrEqual(15 + 32);
});
