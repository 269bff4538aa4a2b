import type { Condition, EntityStatus } from '@portolan/crds';
import { createFakeClock } from '@portolan/runtime/testing';
import { describe, expect, it } from 'vitest';
import { createWritePace, isDetailOnly } from './write-pace.ts';

const ready: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Accepted',
  message: 'It is served.',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};
const before: EntityStatus = {
  observedGeneration: 1,
  conditions: [ready],
  ownerRef: 'group:a/b',
  workloads: { total: 1, desired: 3, ready: 2 },
  health: { verdict: 'Progressing', reason: 'RollingOut', message: '2 of 3', since: '2026-01-01T00:00:00Z' },
};
const health = { verdict: 'Progressing', reason: 'RollingOut', message: '2 of 3', since: '' } as const;

describe('details', () => {
  it.each<[string, EntityStatus]>([
    ['counts', { ...before, workloads: { total: 1, desired: 3, ready: 3 } }],
    ['messages', { ...before, health: { ...health, message: '3 of 3' } }],
    ['messages of conditions', { ...before, conditions: [{ ...ready, message: 'Served.' }] }],
  ])('are %s', (_what, after) => {
    expect(isDetailOnly(before, after)).toBe(true);
  });

  it.each<[string, EntityStatus]>([
    ['a verdict', { ...before, health: { ...health, verdict: 'Healthy' } }],
    ['its reason', { ...before, health: { ...health, reason: 'Waiting' } }],
    ['a health that goes', { observedGeneration: 1, conditions: [ready], ownerRef: 'group:a/b' }],
    ['the status of a condition', { ...before, conditions: [{ ...ready, status: 'False' }] }],
    ['a condition that comes', { ...before, conditions: [ready, { ...ready, type: 'RefsResolved' }] }],
    ['a generation', { ...before, observedGeneration: 2 }],
    ['an owner', { ...before, ownerRef: 'group:a/c' }],
  ])('are not %s', (_what, after) => {
    expect(isDetailOnly(before, after)).toBe(false);
  });
});

describe('the pace', () => {
  it('lets a key wait until a second after its last write, and forgets it then', async () => {
    const clock = createFakeClock();
    const pace = createWritePace({ clock });
    expect(pace.waitMs('a')).toBe(0);
    pace.wrote('a');
    await clock.advance(300);
    pace.wrote('b');
    expect([pace.waitMs('a'), pace.waitMs('b')]).toEqual([700, 1_000]);
    await clock.advance(900);
    pace.wrote('c');
    expect(pace.size).toBe(2);
    expect([pace.waitMs('a'), pace.waitMs('b')]).toEqual([0, 100]);
  });
});
