import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  holderOf,
  initialElection,
  leadershipLeftMs,
  stepElection,
  type ElectionState,
  type Observation,
  type Reading,
} from './election.ts';
import { defaultLeaseTiming as timing, releasedSpec, type Lease, type LeaseSpec } from './lease.ts';

/** One candidate of a simulated election. */
interface Member {
  identity: string;
  /** Its clock against true time: 0.9 loses a tenth. */
  rate: number;
  offsetMs: number;
  state: ElectionState;
  frozenUntil: number;
  hasEnded: boolean;
}

/** What the schedule decides, one number from 0 to 1 at a time. */
type Chance = () => number;

const requestTimeoutMs = 5_000;
const untilMs = 180_000;

/** A server with one Lease, requests that take their time both ways, and members that freeze; in true time. */
function simulate(options: { rates: readonly number[]; chance: Chance }): { leaders: number; terms: number } {
  const { chance } = options;
  const events: { at: number; order: number; run: () => void }[] = [];
  let now = 0;
  let order = 0;
  let lease: Lease | undefined;
  let version = 0;
  let most = 0;
  const holders = new Set<string>();
  const schedule = (afterMs: number, run: () => void): void => {
    events.push({ at: now + afterMs, order: (order += 1), run });
  };
  // Most answers are quick, some take longer than any timeout.
  const delay = (): number => (chance() < 0.85 ? chance() * 50 : chance() * 30_000);
  const readingOf = (member: Member): Reading => {
    const own = member.offsetMs + now * member.rate;
    return { monotonic: own, wall: own };
  };
  const store = (before: Lease | undefined, spec: LeaseSpec): Lease | undefined => {
    if (before?.metadata.resourceVersion !== lease?.metadata.resourceVersion) return undefined;
    version += 1;
    lease = { metadata: { name: 'portolan', resourceVersion: String(version) }, spec };
    return lease;
  };
  const members: Member[] = options.rates.map((rate, at) => ({
    identity: `member-${at}`,
    rate,
    offsetMs: at * 1_000_000,
    state: initialElection,
    frozenUntil: 0,
    hasEnded: false,
  }));
  const deliver = (member: Member, observation: Observation): void => {
    if (member.hasEnded) return;
    if (now < member.frozenUntil) return schedule(member.frozenUntil - now, () => deliver(member, observation));
    if (chance() < 0.03) {
      member.frozenUntil = now + chance() * 40_000;
      return schedule(member.frozenUntil - now, () => deliver(member, observation));
    }
    const rules = { identity: member.identity, timing, random: chance };
    const { state, action } = stepElection(member.state, observation, readingOf(member), rules);
    member.state = state;
    if (chance() < 0.02 && leadershipLeftMs(state, readingOf(member), timing) > 0) return release(member);
    if (action.kind === 'pause') return schedule(action.ms / member.rate, () => deliver(member, { kind: 'due' }));
    if (action.kind === 'deposed') {
      // It restarts with another name.
      member.identity += "'";
      member.state = initialElection;
      return schedule(chance() * 5_000, () => deliver(member, { kind: 'due' }));
    }
    const sentAt = readingOf(member);
    let isAnswered = false;
    const answer = (with_: Observation): void => {
      if (isAnswered) return;
      isAnswered = true;
      deliver(member, with_);
    };
    schedule(requestTimeoutMs / member.rate, () => answer({ kind: 'failed' }));
    schedule(delay(), () => {
      // Carried out now, whether anybody still waits for the answer or not.
      let result: Observation;
      if (action.kind === 'read') result = lease === undefined ? { kind: 'absent' } : { kind: 'lease', lease };
      else {
        const written = store(action.kind === 'create' ? undefined : action.lease, action.spec);
        result = written === undefined ? { kind: 'conflict' } : { kind: 'written', lease: written, sentAt };
      }
      schedule(delay(), () => answer(result));
    });
  };
  const release = (member: Member): void => {
    const held = member.state.lease;
    member.state = { ...member.state, renewedAt: undefined };
    member.hasEnded = true;
    if (held === undefined || holderOf(held) !== member.identity) return;
    schedule(delay(), () => void store(held, releasedSpec(held.spec ?? {}, now)));
  };

  for (const member of members) schedule(chance() * 2_000, () => deliver(member, { kind: 'due' }));
  while (events.length > 0) {
    let first = 0;
    for (const [at, event] of events.entries()) {
      const best = events[first];
      if (best !== undefined && (event.at < best.at || (event.at === best.at && event.order < best.order))) first = at;
    }
    const [event] = events.splice(first, 1);
    if (event === undefined || event.at > untilMs) break;
    now = event.at;
    event.run();
    // Leadership begins with an event and ends by itself, so the moments after events show every overlap.
    const leaders = members.filter((each) => leadershipLeftMs(each.state, readingOf(each), timing) > 0);
    for (const { identity } of leaders) holders.add(identity);
    most = Math.max(most, leaders.length);
  }
  return { leaders: most, terms: holders.size };
}

/** A stream of numbers from one seed (mulberry32), so that a failing schedule can be run again. */
function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('any election', () => {
  it('never has two leaders, whatever is delayed, frozen or released, while clocks run alike within a fifth', () => {
    const rate = fc.double({ min: 0.9, max: 1.1, noNaN: true });
    const rates = fc.array(rate, { minLength: 2, maxLength: 5 });
    let terms = 0;
    fc.assert(
      fc.property(rates, fc.integer(), (clocks, seed) => {
        const result = simulate({ rates: clocks, chance: chanceOf(seed) });
        terms += result.terms;
        expect(result.leaders).toBeLessThanOrEqual(1);
      }),
      { numRuns: 400 },
    );
    // The schedules do depose leaders; without that the property would say nothing.
    expect(terms).toBeGreaterThan(800);
  });

  it('has two when a clock runs at a third of the speed of another, which is why the lease outlives the deadline', () => {
    const results = Array.from({ length: 200 }, (_, seed) =>
      simulate({ rates: [0.5, 1.5, 1.5], chance: chanceOf(seed) }),
    );
    expect(Math.max(...results.map((each) => each.leaders))).toBe(2);
  });
});
