import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/index.ts';
import { createWorkQueue, lowPriority } from './work-queue.ts';

type Command =
  | { kind: 'add'; key: string; priority: number }
  | { kind: 'addAfter'; key: string; ms: number }
  | { kind: 'take' }
  | { kind: 'done' }
  | { kind: 'advance'; ms: number };

const key = fc.constantFrom('a', 'b', 'c', 'd');
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), key, priority: fc.constantFrom(0, lowPriority, 7) }),
  fc.record({ kind: fc.constant('addAfter' as const), key, ms: fc.integer({ min: 0, max: 50 }) }),
  fc.constant({ kind: 'take' as const }),
  fc.constant({ kind: 'done' as const }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 30 }) }),
);

/** The same by plain lists. */
function createNaiveQueue() {
  let dirty: { key: string; priority: number; order: number }[] = [];
  const processing: string[] = [];
  let delayed: { key: string; at: number }[] = [];
  let now = 0;
  let order = 0;
  const add = (name: string, priority: number): void => {
    const known = dirty.find((each) => each.key === name);
    if (known !== undefined && known.priority >= priority) return;
    dirty = dirty.filter((each) => each !== known);
    order += 1;
    dirty.push({ key: name, priority, order });
  };
  const queued = () =>
    dirty
      .filter((each) => !processing.includes(each.key))
      .toSorted((a, b) => b.priority - a.priority || a.order - b.order);
  return {
    add,
    addAfter: (name: string, ms: number) => {
      if (ms === 0) add(name, 0);
      else {
        const known = delayed.find((each) => each.key === name);
        if (known === undefined || known.at > now + ms) {
          delayed = delayed.filter((each) => each !== known);
          delayed.push({ key: name, at: now + ms });
        }
      }
    },
    advance: (ms: number) => {
      now += ms;
      for (const due of delayed.filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at)) add(due.key, 0);
      delayed = delayed.filter(({ at }) => at > now);
    },
    take: () => {
      const [first] = queued();
      if (first === undefined) return undefined;
      dirty = dirty.filter((each) => each !== first);
      processing.push(first.key);
      return first.key;
    },
    done: (name: string) => processing.splice(processing.indexOf(name), 1),
    size: () => queued().length,
    processing,
    delayed: () => delayed.length,
  };
}

describe('the work queue', () => {
  it('I9: does what a naive model does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
        const clock = createFakeClock();
        const queue = createWorkQueue({ clock });
        const model = createNaiveQueue();
        // Times of their own, as the order of what is due at one moment is nobody's business.
        let salt = 0;
        for (const each of commands) {
          salt += 0.001;
          switch (each.kind) {
            case 'add':
              queue.add(each.key, { priority: each.priority });
              model.add(each.key, each.priority);
              break;
            case 'addAfter': {
              const ms = each.ms === 0 ? 0 : each.ms + salt;
              queue.addAfter(each.key, ms);
              model.addAfter(each.key, ms);
              break;
            }
            case 'take':
              expect(queue.take()?.key).toBe(model.take());
              break;
            case 'done': {
              const [busy] = model.processing;
              if (busy === undefined) break;
              queue.done(busy);
              model.done(busy);
              break;
            }
            case 'advance':
              await clock.advance(each.ms);
              model.advance(each.ms);
          }
          expect([queue.size, queue.processing, queue.delayed]).toEqual([
            model.size(),
            model.processing.length,
            model.delayed(),
          ]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('I9: hands out a key added during its work exactly once more', () => {
    const queue = createWorkQueue({ clock: createFakeClock() });
    queue.add('a');
    expect(queue.take()?.key).toBe('a');
    queue.add('a');
    queue.add('a');
    expect(queue.take()).toBeUndefined();
    queue.done('a');
    expect(queue.take()?.key).toBe('a');
    queue.done('a');
    expect(queue.take()).toBeUndefined();
  });

  it('lets live changes pass what can wait', () => {
    const queue = createWorkQueue({ clock: createFakeClock() });
    queue.add('listed', { priority: lowPriority });
    queue.add('referrer', { priority: lowPriority });
    queue.add('live');
    queue.add('referrer');
    expect([queue.take()?.key, queue.take()?.key, queue.take()?.key]).toEqual(['live', 'referrer', 'listed']);
  });

  it('wakes one waiting worker per key and all of them on abort', async () => {
    const queue = createWorkQueue({ clock: createFakeClock() });
    const stop = new AbortController();
    const waiting = [queue.next(stop.signal), queue.next(stop.signal), queue.next(stop.signal)];
    queue.add('a');
    queue.add('b');
    expect((await waiting[0])?.key).toBe('a');
    expect((await waiting[1])?.key).toBe('b');
    stop.abort();
    expect(await waiting[2]).toBeUndefined();
  });

  it('uses one timer however many keys wait, and none after it is closed', () => {
    const clock = createFakeClock();
    const queue = createWorkQueue({ clock });
    for (let at = 0; at < 1_000; at += 1) queue.addAfter(`key-${at}`, 5_000 - at);
    expect(queue.delayed).toBe(1_000);
    expect(clock.timers).toBe(1);
    queue.close();
    expect(clock.timers).toBe(0);
  });
});
