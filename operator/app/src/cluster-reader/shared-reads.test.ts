import { createFakeClock, type FakeClock } from '@portolan/runtime/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSharedReads, type SharedReads } from './shared-reads.ts';

const limits = { holdMs: 2_000, deadlineMs: 10_000, concurrency: 2, lineLimit: 3, maxWeight: 10 };

interface Fetch {
  key: string;
  signal: AbortSignal;
  answer(text: string): void;
  fail(error: Error): void;
}

/** Reads whose answers the test gives by hand. */
function rig(options: Partial<typeof limits> & { clock?: FakeClock } = {}) {
  const { clock = createFakeClock(), ...rest } = options;
  const fetches: Fetch[] = [];
  const reads: SharedReads<string> = createSharedReads({
    ...limits,
    ...rest,
    clock,
    weigh: (text) => text.length,
    overloaded: () => new Error('overloaded'),
    expired: () => new Error('expired'),
  });
  const read = (key: string, signal: AbortSignal = new AbortController().signal): Promise<string> =>
    reads.read(
      key,
      (fetching) => {
        const { promise, resolve, reject } = Promise.withResolvers<string>();
        fetches.push({ key, signal: fetching, answer: resolve, fail: reject });
        fetching.addEventListener('abort', () => reject(new Error('cancelled')));
        return promise;
      },
      signal,
    );
  return { clock, reads, read, fetches };
}

/** Lets everything happen that waits for nothing. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe('createSharedReads', () => {
  it('asks once for everyone who wants the same at the same time', async () => {
    const { read, fetches } = rig();
    const all = Promise.all(Array.from({ length: 100 }, () => read('pods')));
    await settle();
    expect(fetches).toHaveLength(1);
    fetches[0]?.answer('three');
    expect(new Set(await all)).toEqual(new Set(['three']));
  });

  it('answers from what is held for its time, then asks anew', async () => {
    const { clock, reads, read, fetches } = rig();
    const first = read('pods');
    await settle();
    fetches[0]?.answer('one');
    await first;
    await clock.advance(1_999);
    expect(await read('pods')).toBe('one');
    await clock.advance(1);
    expect(reads.heldWeight).toBe(0);
    const second = read('pods');
    await settle();
    expect(fetches).toHaveLength(2);
    fetches[1]?.answer('two');
    expect(await second).toBe('two');
  });

  it('shares a failure alike, so that what is refused is not asked for again and again', async () => {
    const { read, fetches } = rig();
    const first = read('pods');
    await settle();
    fetches[0]?.fail(new Error('forbidden'));
    await expect(first).rejects.toThrow('forbidden');
    await expect(read('pods')).rejects.toThrow('forbidden');
    expect(fetches).toHaveLength(1);
  });

  it('cancels a request when the last one who waits for it has left, and not before', async () => {
    const { clock, read, fetches } = rig();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = read('pods', one.signal);
    const second = read('pods', two.signal);
    await settle();
    one.abort(new Error('one left'));
    await expect(first).rejects.toThrow('one left');
    expect(fetches[0]?.signal.aborted).toBe(false);
    two.abort(new Error('two left'));
    await expect(second).rejects.toThrow('two left');
    expect(fetches[0]?.signal.aborted).toBe(true);
    // Nobody gets what was cancelled.
    const third = read('pods');
    await settle();
    expect(fetches).toHaveLength(2);
    fetches[1]?.answer('fresh');
    expect(await third).toBe('fresh');
    await clock.advance(limits.holdMs);
    expect(clock.timers).toBe(0);
  });

  it('keeps an answer that somebody waited for, when the others have left', async () => {
    const { read, fetches } = rig();
    const left = new AbortController();
    const first = read('pods', left.signal);
    const second = read('pods');
    await settle();
    left.abort(new Error('left'));
    await expect(first).rejects.toThrow('left');
    fetches[0]?.answer('kept');
    expect(await second).toBe('kept');
    expect(await read('pods')).toBe('kept');
  });

  it('lets so many through at once, so many wait, and refuses the others at once', async () => {
    const { read, fetches } = rig();
    const all = ['a', 'b', 'c', 'd', 'e'].map((key) => read(key));
    await settle();
    expect(fetches.map(({ key }) => key)).toEqual(['a', 'b']);
    await expect(read('f')).rejects.toThrow('overloaded');
    // What is under way already costs nothing.
    const shared = read('a');
    fetches[0]?.answer('A');
    expect([await all[0], await shared]).toEqual(['A', 'A']);
    await settle();
    expect(fetches.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    for (const at of [1, 2, 3, 4]) {
      fetches[at]?.answer(`${at}`);
      await settle();
    }
    expect(await Promise.all(all)).toEqual(['A', '1', '2', '3', '4']);
  });

  it('gives up a place in line with the one who held it', async () => {
    const { read, fetches } = rig({ concurrency: 1 });
    const first = read('a');
    const left = new AbortController();
    const second = read('b', left.signal);
    const third = read('c');
    left.abort(new Error('left'));
    await expect(second).rejects.toThrow('left');
    fetches[0]?.answer('A');
    await first;
    await settle();
    expect(fetches.map(({ key }) => key)).toEqual(['a', 'c']);
    fetches[1]?.answer('C');
    expect(await third).toBe('C');
  });

  it('fails what takes too long, its wait in line included', async () => {
    const { clock, read, fetches } = rig({ concurrency: 1 });
    const slow = expect(read('slow')).rejects.toThrow('expired');
    await clock.advance(4_000);
    const waiting = expect(read('waiting')).rejects.toThrow('expired');
    await clock.advance(6_000);
    await slow;
    // Its turn has come, and it has four seconds left.
    expect(fetches.map(({ key, signal }) => [key, signal.aborted])).toEqual([
      ['slow', true],
      ['waiting', false],
    ]);
    await clock.advance(4_000);
    await waiting;
    expect(fetches[1]?.signal.aborted).toBe(true);
  });

  it('holds no more than it may, whatever is asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), size: fc.integer({ min: 0, max: 14 }) }),
            fc.record({ passMs: fc.integer({ min: 0, max: 3_000 }) }),
          ),
          { maxLength: 40 },
        ),
        async (steps) => {
          const { clock, reads, read, fetches } = rig();
          for (const step of steps) {
            if ('passMs' in step) await clock.advance(step.passMs);
            else {
              const asked = fetches.length;
              const answer = read(step.key);
              await settle();
              if (fetches.length > asked) fetches.at(-1)?.answer('x'.repeat(step.size));
              await answer;
            }
            expect(reads.heldWeight).toBeLessThanOrEqual(limits.maxWeight);
          }
          await clock.advance(limits.holdMs);
          expect([reads.heldWeight, clock.timers]).toEqual([0, 0]);
        },
      ),
    );
  });
});
