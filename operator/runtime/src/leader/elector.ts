import type { Clock } from '../clock.ts';
import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';
import type { RuntimeLogger } from '../logging/logger.ts';
import { createRepeatLog } from '../logging/repeat-log.ts';
import type { RuntimeMetrics } from '../metrics/metrics.ts';
import type { Transport } from '../transport/transport.ts';
import {
  holderOf,
  initialElection,
  leadershipLeftMs,
  stepElection,
  type Action,
  type ElectionRules,
  type Observation,
  type Reading,
} from './election.ts';
import { createLeaseClient } from './lease-client.ts';
import { defaultLeaseTiming, releasedSpec, type LeaseTiming } from './lease.ts';

/** What may be written now, and for how long. */
export interface Fence {
  /** Milliseconds for which writing is allowed; 0 when it is not. Asked before each mutating request. */
  leftMs(): number;
}

/** Who leads, as far as this process knows. */
export type Leadership =
  | { kind: 'leading' }
  /** Another process holds the Lease. */
  | { kind: 'standby'; holder: string }
  /** Nothing was seen yet, or what was seen is too old to rely on. */
  | { kind: 'unknown'; message?: string };

/** Takes part in the election of one Lease. */
export interface Elector extends Fence {
  leadership(): Leadership;
  /** Calls `listener` whenever leadership begins, and when it resumes after a time without contact. */
  onLeading(listener: () => void): void;
  /**
   * Tries to lead, then renews, until the signal aborts; then releases the Lease and ends. Rejects with
   * RUNTIME_LEADERSHIP_LOST when another process leads after this one did. Once only: RUNTIME_ALREADY_RUNNING.
   */
  run(signal: AbortSignal): Promise<void>;
}

/** Attempts at a release, as others may write the Lease at that moment. */
const releaseAttempts = 3;

/**
 * Creates a candidate with client-go's timing and record (k8s.io/client-go/tools/leaderelection).
 *
 * A leader without contact to the API server may not write from `renewDeadlineMs` after its last renewal on. It goes on
 * trying, because nobody else may have taken over; only a Lease in another's hands ends `run`.
 *
 * @param options.transport - its own, so that its connections are never used up by other requests
 * @param options.identity - unique to this process
 * @throws {RangeError} when not `durationMs` > `renewDeadlineMs` > 1.2 × `retryPeriodMs` > 0
 */
export function createElector(options: {
  transport: Pick<Transport, 'request'>;
  clock: Clock;
  random: () => number;
  identity: string;
  lease: { namespace: string; name: string };
  timing?: LeaseTiming;
  log: RuntimeLogger;
  metrics: RuntimeMetrics;
}): Elector {
  const { transport, clock, random, identity, lease, timing = defaultLeaseTiming, log, metrics } = options;
  checkTiming(timing);
  const rules: ElectionRules = { identity, timing, random };
  // client-go's users give a request half of the deadline, and at least a second.
  const client = createLeaseClient({ transport, lease, timeoutMs: Math.max(1_000, timing.renewDeadlineMs / 2) });
  const repeatLog = createRepeatLog({ log, clock });
  const listeners: (() => void)[] = [];
  let state = initialElection;
  let isLeading = false;
  let hasRun = false;
  let failure: string | undefined;
  const read = (): Reading => ({ monotonic: clock.monotonic(), wall: clock.now() });
  const leftMs = (): number => leadershipLeftMs(state, read(), timing);

  const tell = (): void => {
    const leads = leftMs() > 0;
    metrics.leader({ name: lease.name, leading: leads });
    if (leads === isLeading) return;
    isLeading = leads;
    if (!leads) return log.warn({ lease, identity }, 'not leading any more');
    log.info({ lease, identity, transitions: state.lease?.spec?.leaseTransitions }, 'leading');
    for (const listener of listeners) listener();
  };
  const perform = async (action: Exclude<Action, { kind: 'deposed' }>, signal: AbortSignal): Promise<Observation> => {
    if (action.kind === 'pause') {
      await clock.sleep(action.ms, signal);
      return { kind: 'due' };
    }
    const sentAt = read();
    try {
      // A write is not aborted by the stop: whether it was carried out decides whether there is something to release.
      switch (action.kind) {
        case 'read':
          return { kind: 'lease', lease: await client.get(signal) };
        case 'create':
          return { kind: 'written', sentAt, lease: await client.create(action.spec) };
        case 'update':
          return { kind: 'written', sentAt, lease: await client.update(action.lease, action.spec) };
      }
    } catch (error) {
      if (signal.aborted) return { kind: 'failed' };
      const status = error instanceof RuntimeError ? error.status : undefined;
      if (status === 409) return { kind: 'conflict' };
      // A Lease that was deleted is made anew; a namespace that does not exist refuses that, and is a failure.
      if (status === 404 && action.kind !== 'create') return { kind: 'absent' };
      failure = messageOf(error);
      repeatLog.warn(`lease ${status ?? 'failed'}`, { lease, error: failure }, 'failed to read or renew the lease');
      return { kind: 'failed' };
    }
  };
  const release = async (last: Observation): Promise<void> => {
    if (last.kind === 'written') state = stepElection(state, last, read(), rules).state;
    // From here on nothing may be written, whether the release succeeds or not.
    state = { ...state, renewedAt: undefined };
    isLeading = false;
    metrics.leader({ name: lease.name, leading: false });
    // After a write without an answer only the server knows who holds it.
    let held = last.kind === 'failed' ? await client.get().catch(() => undefined) : state.lease;
    for (let attempt = 0; attempt < releaseAttempts && held !== undefined; attempt += 1) {
      if (holderOf(held) !== identity) return;
      try {
        await client.update(held, releasedSpec(held.spec ?? {}, clock.now()));
        log.info({ lease }, 'released the lease');
        return;
      } catch (error) {
        const isConflict = error instanceof RuntimeError && error.status === 409;
        if (!isConflict) return log.warn({ lease, error: messageOf(error) }, 'failed to release the lease');
        held = await client.get().catch(() => undefined);
      }
    }
  };

  return {
    leftMs,
    leadership: () => {
      if (leftMs() > 0) return { kind: 'leading' };
      const holder = holderOf(state.lease);
      const isFresh = clock.monotonic() - state.observedAt < timing.durationMs + 2 * timing.retryPeriodMs;
      if (holder !== '' && holder !== identity && isFresh) return { kind: 'standby', holder };
      return { kind: 'unknown', ...(failure !== undefined && { message: failure }) };
    },
    onLeading: (listener) => void listeners.push(listener),
    run: async (signal) => {
      if (hasRun) throw new RuntimeError(runtimeErrorCodes.alreadyRunning, 'the elector has run already');
      hasRun = true;
      metrics.leader({ name: lease.name, leading: false });
      let observation: Observation = { kind: 'due' };
      while (!signal.aborted) {
        const stepped = stepElection(state, observation, read(), rules);
        state = stepped.state;
        const { action } = stepped;
        tell();
        if (action.kind === 'deposed') {
          throw new RuntimeError(runtimeErrorCodes.leadershipLost, `lost the lease ${lease.name} to ${action.by}`);
        }
        // Whoever waits for the answer of a renewal must see the end of the term when it comes.
        const expiry = isLeading ? clock.after(leftMs() + 1, tell) : undefined;
        observation = await perform(action, signal);
        expiry?.cancel();
        if (observation.kind !== 'failed' && observation.kind !== 'due') failure = undefined;
      }
      await release(observation);
    },
  };
}

function checkTiming({ durationMs, renewDeadlineMs, retryPeriodMs }: LeaseTiming): void {
  if (retryPeriodMs > 0 && renewDeadlineMs > 1.2 * retryPeriodMs && durationMs > renewDeadlineMs) return;
  throw new RangeError('a lease needs durationMs > renewDeadlineMs > 1.2 × retryPeriodMs > 0');
}
