import { objectKey, sameRecord, type Clock, type Informer, type Lease } from '@portolan/runtime';

/** What a server has heard of the operator by its Lease. */
export interface LeaseSight {
  /** When it was heard last, in milliseconds since the epoch. */
  heardAtMs: number;
  /** For how long it has been silent, by this process's clock. */
  silentForMs: number;
  /** For how long a live operator may be silent. */
  allowedMs: number;
}

/** Bounds of how long silence is allowed: shorter ones would tell of a busy machine, longer ones break the 30 s. */
const shortestMs = 5_000;
const longestMs = 20_000;

/**
 * Judges the operator's life by its Lease as an elector does: by when this process saw the record change last, so that
 * clocks are never compared. Only the first sight of a Lease goes by its own time, for a server that starts beside an
 * operator that died long ago; a clock that is wrong costs the seconds until the next renewal.
 *
 * @param options.timing - of this process; the holder's own promise counts where there is one
 */
export function createLeaseObserver(options: {
  leases: Pick<Informer<Lease>, 'store'>;
  lease: { namespace: string; name: string };
  timing: { durationMs: number; retryPeriodMs: number };
  clock: Pick<Clock, 'now' | 'monotonic'>;
}): { sight(): LeaseSight } {
  const { leases, clock, timing } = options;
  const key = objectKey({ metadata: options.lease });
  const startedAtMs = clock.now();
  let record: Lease | undefined;
  /** On the monotonic clock; undefined before the first sight. */
  let heardAt: number | undefined;

  leases.store.subscribe((change) => {
    if (change.key !== key || change.type === 'deleted') return;
    const before = record;
    record = change.object;
    if (before !== undefined && sameRecord(before, record)) return;
    heardAt = clock.monotonic() - (before === undefined ? ageMs(record, clock.now()) : 0);
  });
  return {
    sight: () => {
      const silentForMs = heardAt === undefined ? Infinity : clock.monotonic() - heardAt;
      return {
        silentForMs,
        heardAtMs: heardAt === undefined ? startedAtMs : clock.now() - silentForMs,
        allowedMs: allowedMs(record, timing),
      };
    },
  };
}

function ageMs(lease: Lease, nowMs: number): number {
  const renewedAt = Date.parse(lease.spec?.renewTime ?? '');
  // Without a time it says nothing of life.
  return Number.isNaN(renewedAt) ? Infinity : Math.max(0, nowMs - renewedAt);
}

function allowedMs(lease: Lease | undefined, timing: { durationMs: number; retryPeriodMs: number }): number {
  const { holderIdentity = '', leaseDurationSeconds } = lease?.spec ?? {};
  // A released Lease promises nothing; the next operator needs as long as one that takes it from a dead one.
  const promisedMs =
    holderIdentity === '' || leaseDurationSeconds === undefined ? timing.durationMs : leaseDurationSeconds * 1_000;
  return Math.max(Math.min(Math.max(promisedMs, shortestMs), longestMs), 2.5 * timing.retryPeriodMs);
}
