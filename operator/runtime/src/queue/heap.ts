/** A binary heap: `pop` takes the item that comes before all others. */
export interface Heap<T> {
  push(item: T): void;
  pop(): T | undefined;
  peek(): T | undefined;
  readonly size: number;
}

/** Creates an empty heap; `isBefore` must be a strict order. */
export function createHeap<T>(isBefore: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  const siftUp = (item: T): void => {
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = items[parentAt];
      if (parent === undefined || !isBefore(item, parent)) break;
      items[at] = parent;
      at = parentAt;
    }
    items[at] = item;
  };
  const siftDown = (item: T): void => {
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = items[childAt];
      if (child === undefined) break;
      const right = items[childAt + 1];
      if (right !== undefined && isBefore(right, child)) {
        childAt += 1;
        child = right;
      }
      if (!isBefore(child, item)) break;
      items[at] = child;
      at = childAt;
    }
    items[at] = item;
  };
  return {
    push: siftUp,
    pop: () => {
      const first = items[0];
      const last = items.pop();
      if (last !== undefined && items.length > 0) siftDown(last);
      return first;
    },
    peek: () => items[0],
    get size() {
      return items.length;
    },
  };
}
