import type { Clock, Timer } from '../clock.ts';
import { compareResourceVersions } from '../kubernetes/resource-version.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Store } from '../store/store.ts';

/** A watch that is this late is broken, and its reflector is on it: better a needless 409 than a key that stands still. */
const failOpenMs = 10_000;

/**
 * What this process knows of its own writes before the watch brings them back. A key is not reconciled on an older
 * version than the one that we wrote (KEP-5647): it would compute from what is no longer true and earn a 409.
 */
export interface Watermark {
  /** Our write made this version. Says nothing when the store has it already, or when versions have no order. */
  wrote(key: string, resourceVersion: string): void;
  /** Our write was refused because the server has something newer than this. */
  refused(key: string, resourceVersion: string): void;
  /** Whether the store is behind; then the key is released, once, when it has caught up or after 10 s. */
  holds(key: string): boolean;
  /** Keys that wait for the store. */
  readonly size: number;
  close(): void;
}

interface Expected {
  resourceVersion: string;
  /** The version itself is not enough, it must be a newer one. */
  isNewerNeeded: boolean;
  expiresAt: number;
  isHeld: boolean;
}

/**
 * Creates the watermark over one store.
 *
 * @param options.release - asks for the reconcile that {@link Watermark.holds} put off
 * @param options.onFailOpen - a store did not catch up within 10 s
 */
export function createWatermark<T extends KubernetesObject>(options: {
  store: Pick<Store<T>, 'get' | 'subscribe' | 'resourceVersion'>;
  clock: Pick<Clock, 'monotonic' | 'after'>;
  release: (key: string) => void;
  onFailOpen?: (key: string) => void;
}): Watermark {
  const { store, clock, release, onFailOpen } = options;
  /** In the order of expiry, as all wait equally long. */
  const expected = new Map<string, Expected>();
  let timer: Timer | undefined;

  const arm = (): void => {
    const [first] = expected.values();
    if (first === undefined) {
      timer?.cancel();
      timer = undefined;
    } else timer ??= clock.after(first.expiresAt - clock.monotonic(), expire);
  };
  const settle = (key: string, entry: Expected): void => {
    expected.delete(key);
    if (entry.isHeld) release(key);
  };
  const expire = (): void => {
    timer = undefined;
    for (const [key, entry] of expected) {
      if (entry.expiresAt > clock.monotonic()) break;
      onFailOpen?.(key);
      settle(key, entry);
    }
    arm();
  };
  const isReached = (entry: Expected, seen: string | undefined): boolean => {
    if (seen === undefined) return false;
    const order = compareResourceVersions(seen, entry.resourceVersion);
    // Without an order nobody could tell when to go on.
    return order === undefined || (entry.isNewerNeeded ? order > 0 : order >= 0);
  };
  const expect = (key: string, resourceVersion: string, isNewerNeeded: boolean): void => {
    const isHeld = expected.get(key)?.isHeld ?? false;
    const entry = { resourceVersion, isNewerNeeded, expiresAt: clock.monotonic() + failOpenMs, isHeld };
    // What is gone from the store has been deleted since, and its deletion is newer than our write.
    const object = store.get(key);
    expected.delete(key);
    if (object !== undefined && !isReached(entry, object.metadata.resourceVersion)) expected.set(key, entry);
    else if (isHeld) release(key);
    arm();
  };
  const unsubscribe = store.subscribe((change) => {
    const entry = expected.get(change.key);
    if (entry === undefined) return;
    if (change.type !== 'deleted' && !isReached(entry, change.object.metadata.resourceVersion)) return;
    settle(change.key, entry);
    arm();
  });
  return {
    wrote: (key, resourceVersion) => expect(key, resourceVersion, false),
    refused: (key, resourceVersion) => expect(key, resourceVersion, true),
    holds: (key) => {
      const entry = expected.get(key);
      if (entry === undefined) return false;
      // A bookmark may have moved the store past the write without an event of this key.
      if (!entry.isNewerNeeded && isReached(entry, store.resourceVersion)) {
        expected.delete(key);
        arm();
        return false;
      }
      entry.isHeld = true;
      return true;
    },
    get size() {
      return expected.size;
    },
    close: () => {
      unsubscribe();
      expected.clear();
      arm();
    },
  };
}
