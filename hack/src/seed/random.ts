/** A seeded source of numbers in [0, 1): mulberry32. Equal seeds give equal catalogs on every machine. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of the items, evenly. */
export function pick<T>(random: () => number, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new TypeError('nothing to pick from');
  return item;
}

/** Up to `count` different items. */
export function pickSome<T>(random: () => number, items: readonly T[], count: number): T[] {
  const found = new Set<T>();
  for (let tries = 0; tries < count && items.length > 0; tries += 1) found.add(pick(random, items));
  return [...found];
}
