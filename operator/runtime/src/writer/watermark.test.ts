import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { createStore, type WritableStore } from '../store/store.ts';
import { createFakeClock, type FakeClock } from '../testing/index.ts';
import { createWatermark, type Watermark } from './watermark.ts';

interface Marked {
  clock: FakeClock;
  store: WritableStore<KubernetesObject>;
  watermark: Watermark;
  released: string[];
  failedOpen: string[];
  see: (resourceVersion: string, uid?: string) => void;
}

function marked(): Marked {
  const clock = createFakeClock();
  const store = createStore<KubernetesObject>();
  const released: string[] = [];
  const failedOpen: string[] = [];
  const release = (key: string): void => void released.push(key);
  const onFailOpen = (key: string): void => void failedOpen.push(key);
  const watermark = createWatermark({ store, clock, release, onFailOpen });
  const see = (resourceVersion: string, uid = 'u'): void =>
    store.put({ metadata: { namespace: 'ns', name: 'one', uid, resourceVersion } });
  see('10');
  return { clock, store, watermark, released, failedOpen, see };
}

describe('the watermark of our own writes', () => {
  it('holds a key until the store has the version that we wrote, and releases it once', () => {
    const { watermark, see, released, clock } = marked();
    watermark.wrote('ns/one', '12');
    expect(watermark.holds('ns/one')).toBe(true);
    see('11');
    expect(watermark.holds('ns/one')).toBe(true);
    expect(released).toEqual([]);
    see('12');
    expect(watermark.holds('ns/one')).toBe(false);
    see('13');
    expect(released).toEqual(['ns/one']);
    expect(watermark.size).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('releases nobody who did not ask', () => {
    const { watermark, see, released } = marked();
    watermark.wrote('ns/one', '12');
    see('12');
    expect(released).toEqual([]);
    expect(watermark.holds('ns/two')).toBe(false);
  });

  it('does not wait for what has arrived before the answer, for what is deleted, or without an order', () => {
    const { watermark, see, store } = marked();
    see('12');
    watermark.wrote('ns/one', '12');
    expect(watermark.holds('ns/one')).toBe(false);
    watermark.wrote('ns/one', 'opaque');
    expect(watermark.holds('ns/one')).toBe(false);
    store.remove('ns/one');
    watermark.wrote('ns/one', '14');
    expect(watermark.holds('ns/one')).toBe(false);
    expect(watermark.size).toBe(0);
  });

  it('waits for something newer after a refusal', () => {
    const { watermark, see, released } = marked();
    watermark.refused('ns/one', '10');
    expect(watermark.holds('ns/one')).toBe(true);
    see('11');
    expect(released).toEqual(['ns/one']);
  });

  it('goes on when the object is deleted meanwhile, also when another one takes its name', () => {
    for (const after of ['gone', 'another'] as const) {
      const { watermark, see, store, released } = marked();
      watermark.wrote('ns/one', '12');
      expect(watermark.holds('ns/one')).toBe(true);
      if (after === 'gone') store.remove('ns/one');
      else see('15', 'another');
      expect(watermark.holds('ns/one')).toBe(false);
      expect(released).toEqual(['ns/one']);
    }
  });

  it('goes on when a bookmark moves the store past the write', () => {
    const { watermark, store } = marked();
    watermark.wrote('ns/one', '12');
    store.setResourceVersion('11');
    expect(watermark.holds('ns/one')).toBe(true);
    store.setResourceVersion('12');
    expect(watermark.holds('ns/one')).toBe(false);
  });

  it('fails open after 10 s with one timer for all keys', async () => {
    const { watermark, clock, store, released, failedOpen } = marked();
    store.put({ metadata: { namespace: 'ns', name: 'two', uid: 'v', resourceVersion: '10' } });
    watermark.wrote('ns/one', '12');
    expect(watermark.holds('ns/one')).toBe(true);
    await clock.advance(4_000);
    watermark.wrote('ns/two', '13');
    expect(watermark.holds('ns/two')).toBe(true);
    expect(clock.timers).toBe(1);
    await clock.advance(5_999);
    expect(released).toEqual([]);
    await clock.advance(1);
    expect(released).toEqual(['ns/one']);
    expect(watermark.holds('ns/one')).toBe(false);
    await clock.advance(4_000);
    expect(released).toEqual(['ns/one', 'ns/two']);
    expect(failedOpen).toEqual(['ns/one', 'ns/two']);
    expect(clock.timers).toBe(0);
  });
});
