import { heldSpec, jitterFactor, sameRecord, type Lease, type LeaseSpec, type LeaseTiming } from './lease.ts';

/** Two readings of this process's clocks, in milliseconds. */
export interface Reading {
  /** Never goes back, but may stand still while the machine sleeps. */
  monotonic: number;
  /** May be stepped, but goes on while the machine sleeps. */
  wall: number;
}

/** What one candidate knows of the election. */
export interface ElectionState {
  /** The Lease as it was last seen. */
  lease: Lease | undefined;
  /** Monotonic time at which what it says about the leader was first seen. */
  observedAt: number;
  /** When the last write that made or kept this candidate the leader was sent; undefined while it is not. */
  renewedAt: Reading | undefined;
}

/** What has happened. */
export type Observation =
  /** The pause is over. */
  | { kind: 'due' }
  /** The Lease was read. */
  | { kind: 'lease'; lease: Lease }
  /** There is none. */
  | { kind: 'absent' }
  /** A write was accepted that had been sent at `sentAt`. */
  | { kind: 'written'; lease: Lease; sentAt: Reading }
  /** A write was refused because somebody else wrote meanwhile. */
  | { kind: 'conflict' }
  /** A request has failed or was not answered; it may have been carried out. */
  | { kind: 'failed' };

/** What to do next. */
export type Action =
  | { kind: 'pause'; ms: number }
  | { kind: 'read' }
  | { kind: 'create'; spec: LeaseSpec }
  /** A PUT of the observed Lease, with its resourceVersion, and this spec. */
  | { kind: 'update'; lease: Lease; spec: LeaseSpec }
  /** Somebody else leads although this candidate has led: what it knows may be out of date, so it must end. */
  | { kind: 'deposed'; by: string };

/** Who takes part, and how. */
export interface ElectionRules {
  identity: string;
  timing: LeaseTiming;
  /** 0 to 1, for the jitter of pauses. */
  random: () => number;
}

/** Before anything was seen. */
export const initialElection: ElectionState = { lease: undefined, observedAt: 0, renewedAt: undefined };

/**
 * One step of client-go's leader election. Pure but for `rules.random`. A leader writes without reading first; a
 * candidate writes only when the Lease is free or has not changed for its duration by this process's own clock, so that
 * clocks are never compared.
 */
export function stepElection(
  state: ElectionState,
  observation: Observation,
  now: Reading,
  rules: ElectionRules,
): { state: ElectionState; action: Action } {
  const { timing, random } = rules;
  switch (observation.kind) {
    case 'due':
      return { state, action: state.renewedAt === undefined ? { kind: 'read' } : claim(state, now, rules) };
    case 'absent': {
      // A leader that was seen lately will make a new one; who never saw one may.
      if (state.renewedAt === undefined && isHeld(state, now, rules)) {
        return { state, action: { kind: 'pause', ms: pauseMs(state, now, rules) } };
      }
      const gone: ElectionState = { ...state, lease: undefined };
      return { state: gone, action: claim(gone, now, rules) };
    }
    case 'lease': {
      const seen = observe(state, observation.lease, now);
      const holder = holderOf(seen.lease);
      const isOther = holder !== '' && holder !== rules.identity;
      if (isOther && state.renewedAt !== undefined) {
        return { state: { ...seen, renewedAt: undefined }, action: { kind: 'deposed', by: holder } };
      }
      if (isOther && isHeld(seen, now, rules)) {
        return { state: seen, action: { kind: 'pause', ms: pauseMs(seen, now, rules) } };
      }
      return { state: seen, action: claim(seen, now, rules) };
    }
    case 'written': {
      const seen = observe(state, observation.lease, now);
      return {
        state: { ...seen, renewedAt: observation.sentAt },
        action: { kind: 'pause', ms: timing.retryPeriodMs },
      };
    }
    case 'conflict':
      // A leader wants to know at once; a candidate has lost a race.
      if (state.renewedAt !== undefined) return { state, action: { kind: 'read' } };
      return { state, action: { kind: 'pause', ms: jittered(timing.retryPeriodMs, random) } };
    case 'failed': {
      const ms = state.renewedAt === undefined ? jittered(timing.retryPeriodMs, random) : timing.retryPeriodMs;
      return { state, action: { kind: 'pause', ms } };
    }
  }
}

/**
 * For how many milliseconds more this candidate may write as the leader; 0 when it may not. It counts from when the
 * last successful renewal was sent, by whichever clock moved more: a process that was frozen finds its time over by the
 * monotonic one, a machine that slept by the wall clock. A wall clock that was stepped costs a renewal, no more.
 */
export function leadershipLeftMs(state: ElectionState, now: Reading, timing: LeaseTiming): number {
  if (state.renewedAt === undefined) return 0;
  const { monotonic, wall } = state.renewedAt;
  const elapsedMs = Math.max(now.monotonic - monotonic, now.wall - wall);
  return Math.max(0, timing.renewDeadlineMs - elapsedMs);
}

/** Who holds the Lease, as it was last seen; empty for nobody. */
export function holderOf(lease: Lease | undefined): string {
  return lease?.spec?.holderIdentity ?? '';
}

function observe(state: ElectionState, lease: Lease, now: Reading): ElectionState {
  const isNews = state.lease === undefined || !sameRecord(state.lease, lease);
  return { ...state, lease, observedAt: isNews ? now.monotonic : state.observedAt };
}

function claim(state: ElectionState, now: Reading, { identity, timing }: ElectionRules): Action {
  const spec = heldSpec({ before: state.lease?.spec, identity, nowMs: now.wall, timing });
  return state.lease === undefined ? { kind: 'create', spec } : { kind: 'update', lease: state.lease, spec };
}

/** Whether somebody else holds the Lease and has not let it expire, as far as this process's clock tells. */
function isHeld(state: ElectionState, now: Reading, rules: ElectionRules): boolean {
  const holder = holderOf(state.lease);
  return holder !== '' && holder !== rules.identity && expiresInMs(state, now, rules) > 0;
}

function expiresInMs(state: ElectionState, now: Reading, { timing }: ElectionRules): number {
  const seconds = state.lease?.spec?.leaseDurationSeconds;
  // The holder's own promise counts: it may have been started with another duration.
  const durationMs = seconds === undefined ? timing.durationMs : seconds * 1000;
  return state.observedAt + durationMs - now.monotonic;
}

/** Until the next look at a Lease that is held: jittered, or when it expires if that is sooner. */
function pauseMs(state: ElectionState, now: Reading, rules: ElectionRules): number {
  const { timing, random } = rules;
  const untilExpiryMs = expiresInMs(state, now, rules) + random() * 0.1 * timing.retryPeriodMs + 1;
  return Math.min(jittered(timing.retryPeriodMs, random), untilExpiryMs);
}

function jittered(ms: number, random: () => number): number {
  return ms * (1 + jitterFactor * random());
}
