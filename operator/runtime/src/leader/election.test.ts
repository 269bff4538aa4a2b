import { describe, expect, it } from 'vitest';
import {
  initialElection,
  leadershipLeftMs,
  stepElection,
  type Action,
  type ElectionState,
  type Observation,
  type Reading,
} from './election.ts';
import { defaultLeaseTiming as timing, type Lease, type LeaseSpec } from './lease.ts';

const wallStart = Date.UTC(2026, 0, 1);
const at = (ms: number): Reading => ({ monotonic: ms, wall: wallStart + ms });
const rules = { identity: 'me', timing, random: () => 0 };
const held = (holderIdentity: string, spec: LeaseSpec = {}, resourceVersion = '7'): Lease => ({
  metadata: { name: 'portolan', namespace: 'ns', resourceVersion },
  spec: {
    holderIdentity,
    leaseDurationSeconds: 15,
    acquireTime: 'a',
    renewTime: 'r1',
    leaseTransitions: 3,
    ...spec,
  },
});
const step = (state: ElectionState, observation: Observation, ms: number) =>
  stepElection(state, observation, at(ms), rules);
/** A leader whose renewal was sent at `ms`. */
const leading = (ms: number): ElectionState => ({ lease: held('me'), observedAt: ms, renewedAt: at(ms) });
const specOf = (action: Action): LeaseSpec | undefined =>
  action.kind === 'create' || action.kind === 'update' ? action.spec : undefined;

describe('a candidate', () => {
  it('looks first, and makes the Lease when there is none', () => {
    expect(step(initialElection, { kind: 'due' }, 0).action).toEqual({ kind: 'read' });
    const { action } = step(initialElection, { kind: 'absent' }, 0);
    expect(action).toEqual({
      kind: 'create',
      spec: {
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        acquireTime: '2026-01-01T00:00:00.000000Z',
        renewTime: '2026-01-01T00:00:00.000000Z',
        leaseTransitions: 0,
      },
    });
  });

  it('waits for a Lease that is held until it has not changed for its duration by its own clock', () => {
    const first = step(initialElection, { kind: 'lease', lease: held('other') }, 1_000);
    expect(first.action).toEqual({ kind: 'pause', ms: 2_000 });
    const late = step(first.state, { kind: 'lease', lease: held('other') }, 15_000);
    expect(late.action).toEqual({ kind: 'pause', ms: 1_001 });
    const over = step(late.state, { kind: 'lease', lease: held('other') }, 16_000);
    expect(over.action).toMatchObject({ kind: 'update', spec: { holderIdentity: 'me', leaseTransitions: 4 } });
  });

  it('takes a renewal for a sign of life whatever time it names, and a label for none', () => {
    const { state } = step(initialElection, { kind: 'lease', lease: held('other') }, 0);
    const renewed = held('other', { renewTime: '1999-01-01T00:00:00.000000Z' }, '8');
    expect(step(state, { kind: 'lease', lease: renewed }, 14_999).state.observedAt).toBe(14_999);
    const labelled = step(state, { kind: 'lease', lease: held('other', {}, '9') }, 15_000);
    expect(labelled.action.kind).toBe('update');
  });

  it('goes by the duration that the holder has promised', () => {
    const { state } = step(initialElection, { kind: 'lease', lease: held('other', { leaseDurationSeconds: 60 }) }, 0);
    expect(step(state, { kind: 'lease', lease: state.lease ?? held('') }, 59_999).action.kind).toBe('pause');
    expect(step(state, { kind: 'lease', lease: state.lease ?? held('') }, 60_000).action.kind).toBe('update');
  });

  it('takes a released Lease at once and counts the transition', () => {
    const { action } = step(initialElection, { kind: 'lease', lease: held('', { leaseDurationSeconds: 1 }) }, 0);
    expect(specOf(action)).toMatchObject({ holderIdentity: 'me', leaseTransitions: 4, leaseDurationSeconds: 15 });
  });

  it('waits after a lost race, a failure, and for a leader whose Lease somebody deleted', () => {
    const { state } = step(initialElection, { kind: 'lease', lease: held('other') }, 0);
    for (const observation of [{ kind: 'conflict' }, { kind: 'failed' }, { kind: 'absent' }] as const) {
      expect(step(state, observation, 5_000).action).toEqual({ kind: 'pause', ms: 2_000 });
    }
    expect(step(state, { kind: 'absent' }, 15_000).action.kind).toBe('create');
  });
});

describe('a leader', () => {
  it('counts from when its write was sent, not from when it was answered', () => {
    const { state, action } = step(initialElection, { kind: 'written', lease: held('me'), sentAt: at(0) }, 4_000);
    expect(action).toEqual({ kind: 'pause', ms: 2_000 });
    expect(leadershipLeftMs(state, at(4_000), timing)).toBe(6_000);
    expect(leadershipLeftMs(state, at(10_000), timing)).toBe(0);
  });

  it('renews without looking, and keeps the time and the count of its term', () => {
    const { action } = step(leading(0), { kind: 'due' }, 2_000);
    expect(action).toMatchObject({
      kind: 'update',
      lease: { metadata: { resourceVersion: '7' } },
      spec: { acquireTime: 'a', renewTime: '2026-01-01T00:00:02.000000Z', leaseTransitions: 3 },
    });
  });

  it('looks at once after a conflict, and goes on when it still holds the Lease', () => {
    const state = leading(0);
    expect(step(state, { kind: 'conflict' }, 2_000).action).toEqual({ kind: 'read' });
    const { action } = step(state, { kind: 'lease', lease: held('me', {}, '8') }, 2_100);
    expect(action).toMatchObject({ kind: 'update', lease: { metadata: { resourceVersion: '8' } } });
  });

  it('is deposed when somebody else holds the Lease, and from then on leads no more', () => {
    const { state, action } = step(leading(0), { kind: 'lease', lease: held('other', {}, '8') }, 2_000);
    expect(action).toEqual({ kind: 'deposed', by: 'other' });
    expect(leadershipLeftMs(state, at(2_000), timing)).toBe(0);
  });

  it('goes on trying without contact, and may not write meanwhile', () => {
    let { state, action } = step(leading(0), { kind: 'failed' }, 5_000);
    expect(action).toEqual({ kind: 'pause', ms: 2_000 });
    ({ state, action } = step(state, { kind: 'due' }, 600_000));
    expect([leadershipLeftMs(state, at(600_000), timing), action.kind]).toEqual([0, 'update']);
    ({ state } = step(state, { kind: 'written', lease: held('me', {}, '8'), sentAt: at(600_000) }, 600_010));
    expect(leadershipLeftMs(state, at(600_010), timing)).toBe(9_990);
  });

  it('finds its time over by the clock that moved more: frozen, asleep, or stepped', () => {
    const state = leading(0);
    expect(leadershipLeftMs(state, { monotonic: 11_000, wall: wallStart }, timing)).toBe(0);
    expect(leadershipLeftMs(state, { monotonic: 10, wall: wallStart + 3_600_000 }, timing)).toBe(0);
    expect(leadershipLeftMs(state, { monotonic: 4_000, wall: wallStart - 3_600_000 }, timing)).toBe(6_000);
  });
});
