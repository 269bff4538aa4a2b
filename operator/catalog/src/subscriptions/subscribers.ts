import type { ChangeListener, ChangeNotice } from '../model.ts';

interface Subscription {
  readonly listener: ChangeListener;
}

const nothing: ReadonlySet<string> = new Set();

/**
 * Who is told of changes. Refs are only gathered while somebody listens: the first sync of 100,000 entities, which
 * comes before anybody does, costs nothing here.
 */
export class Subscribers {
  readonly #subscriptions = new Set<Subscription>();
  readonly #listenerFailed: (error: unknown) => void;
  #touched: Set<string> | undefined;
  readonly #undelivered: ChangeNotice[] = [];
  #isDelivering = false;

  constructor(options: { listenerFailed: (error: unknown) => void }) {
    this.#listenerFailed = options.listenerFailed;
  }

  get isAnyone(): boolean {
    return this.#subscriptions.size > 0;
  }

  subscribe(listener: ChangeListener): () => void {
    const subscription = { listener };
    this.#subscriptions.add(subscription);
    return () => void this.#subscriptions.delete(subscription);
  }

  /** The answer about this ref may have changed. */
  touch(ref: string): void {
    if (this.isAnyone) {
      this.#touched ??= new Set();
      this.#touched.add(ref);
    }
  }

  /**
   * Tells of everything touched since the last call. A listener that changes the catalog itself is told after the
   * others have heard of the change before, so that all hear of all changes in one order.
   */
  publish(revision: number): void {
    const refs = this.#touched ?? nothing;
    this.#touched = undefined;
    if (!this.isAnyone) {
      return;
    }
    this.#undelivered.push({ refs, revision });
    if (this.#isDelivering) {
      return;
    }
    this.#isDelivering = true;
    for (let notice = this.#undelivered.shift(); notice !== undefined; notice = this.#undelivered.shift()) {
      // Who subscribes in this round has already seen the change.
      const listening = [...this.#subscriptions];
      for (const subscription of listening) {
        this.#tell(subscription, notice);
      }
    }
    this.#isDelivering = false;
  }

  #tell(subscription: Subscription, notice: ChangeNotice): void {
    if (!this.#subscriptions.has(subscription)) {
      return; // Another listener ended it in this round.
    }
    try {
      subscription.listener(notice);
    } catch (error) {
      this.#listenerFailed(error);
    }
  }
}
