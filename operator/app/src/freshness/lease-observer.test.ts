import { createStore, type KubernetesObject, type Lease } from '@portolan/runtime';
import { createFakeClock } from '@portolan/runtime/testing';
import { describe, expect, it } from 'vitest';
import { createLeaseObserver } from './lease-observer.ts';

const timing = { durationMs: 15_000, retryPeriodMs: 2_000 };

function observe(options: { durationMs?: number; retryPeriodMs?: number } = {}) {
  const clock = createFakeClock();
  const store = createStore<KubernetesObject & Lease>();
  let version = 0;
  const observer = createLeaseObserver({
    leases: { store },
    lease: { namespace: 'home', name: 'portolan' },
    timing: { ...timing, ...options },
    clock,
  });
  return {
    clock,
    isSilent: () => observer.sight().silentForMs >= observer.sight().allowedMs,
    sight: () => observer.sight(),
    /** The API server tells a Lease that was renewed so long ago by its holder's clock. */
    tell: ({ holder = 'a', renewedMsAgo = 0, durationSeconds = 15, labels = {} } = {}) => {
      const renewTime = new Date(clock.now() - renewedMsAgo).toISOString().replace('Z', '000Z');
      version += 1;
      store.put({
        metadata: { name: 'portolan', namespace: 'home', resourceVersion: String(version), labels },
        spec: { holderIdentity: holder, leaseDurationSeconds: durationSeconds, renewTime },
      });
    },
  };
}

describe('the operator, by its Lease', () => {
  it('is heard while the record changes, and silent when it has not for its duration', async () => {
    const { clock, tell, isSilent, sight } = observe();
    for (let times = 0; times < 20; times += 1) {
      tell();
      await clock.advance(2_000);
      expect(isSilent()).toBe(false);
    }
    const heardAtMs = clock.now() - 2_000;
    await clock.advance(12_999);
    expect(isSilent()).toBe(false);
    await clock.advance(1);
    expect(isSilent()).toBe(true);
    expect(sight().heardAtMs).toBe(heardAtMs);
    tell();
    expect(isSilent()).toBe(false);
  });

  it('is judged by when this process saw a change: a clock that is hours off changes nothing', async () => {
    for (const renewedMsAgo of [3_600_000, -3_600_000]) {
      const { clock, tell, isSilent } = observe();
      tell({ renewedMsAgo });
      await clock.advance(2_000);
      tell({ renewedMsAgo });
      expect(isSilent()).toBe(false);
      await clock.advance(15_000);
      expect(isSilent()).toBe(true);
    }
  });

  it('is silent at the first sight of a Lease that was left long ago, or of none', () => {
    const { tell, isSilent } = observe();
    expect(isSilent()).toBe(true);
    tell({ renewedMsAgo: 60_000 });
    expect(isSilent()).toBe(true);
    const living = observe();
    living.tell({ renewedMsAgo: 1_000 });
    expect(living.isSilent()).toBe(false);
  });

  it('does not live by a change that is none of its own', async () => {
    const { clock, tell, isSilent } = observe();
    tell();
    for (let at = 1; at <= 5; at += 1) {
      await clock.advance(3_000);
      tell({ renewedMsAgo: at * 3_000, labels: { touched: String(at) } });
    }
    expect(isSilent()).toBe(true);
  });

  it('may be silent for its own duration, within what keeps the promise of 30 s', () => {
    const allowed = (durationSeconds: number, options = {}): number => {
      const { tell, sight } = observe(options);
      tell({ durationSeconds });
      return sight().allowedMs;
    };
    expect([allowed(3), allowed(15), allowed(60)]).toEqual([5_000, 15_000, 20_000]);
    // A leader that renews every 10 s is not dead after 20 s.
    expect(allowed(60, { retryPeriodMs: 10_000 })).toBe(25_000);
    const released = observe();
    released.tell({ holder: '', durationSeconds: 1 });
    expect(released.sight().allowedMs).toBe(15_000);
  });
});
