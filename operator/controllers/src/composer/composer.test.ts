import { describe, expect, it } from 'vitest';
import { compose } from '../testing/composed.ts';
import { home } from '../testing/world.ts';

describe('a composer', () => {
  it('writes once and earns no conflict, however late the watch brings its own write', async () => {
    for (const lagMs of [0, 50, 3_000]) {
      await using composed = compose({ lagMs });
      const { world, clock, composer, outcomes, put, settle } = composed;
      world.put({ kind: 'Group', name: 'team' });
      put('shop');
      await clock.advance(10);
      // Fan-out within the lag: on the old version each of these would be refused.
      for (let at = 0; at < 20; at += 1) {
        composer.enqueue(`${home}/shop`);
        await clock.advance(1);
      }
      await settle();
      await clock.advance(4_000);
      await settle();
      expect(outcomes).toEqual(['written']);
    }
  });

  it('tries again after a refusal only when the newer version is here', async () => {
    await using composed = compose();
    const { world, clock, outcomes, put, settle, composer } = composed;
    world.put({ kind: 'Group', name: 'team' });
    put('shop');
    await settle();
    outcomes.length = 0;
    put('shop', { lagMs: 5_000, spec: { owner: 'other' } });
    // Another team of that name: what the store has of the shop is to be written anew.
    world.remove('Group', `${home}/team`);
    await clock.advance(4_000);
    for (let at = 0; at < 20; at += 1) {
      composer.enqueue(`${home}/shop`);
      await clock.advance(10);
    }
    expect(outcomes).toEqual(['conflict']);
    await clock.advance(5_000);
    await settle();
    expect(outcomes).toEqual(['conflict', 'written', 'written']);
    expect(world.entities.store('Component').get(`${home}/shop`)?.status?.ownerRef).toBe('group:home/other');
  });

  it('I3: is silent once everything is written: no reconcile and no write in a minute', async () => {
    await using composed = compose({ lagMs: 50 });
    const { world, put, asked, outcomes, settle, clock } = composed;
    world.put({ kind: 'Group', name: 'team' });
    for (let at = 0; at < 1_000; at += 1) put(`part-${at}`);
    await settle();
    expect(outcomes).toHaveLength(1_000);
    // Once for the creation and once for what the watch told of the write.
    expect([...asked.values()].every((times) => times === 2)).toBe(true);
    asked.clear();
    await clock.advance(60_000);
    expect(asked.size).toBe(0);
    expect(outcomes).toHaveLength(1_000);
    expect(clock.timers).toBe(0);
  });

  it('I8: reconciles each of 10,000 referrers once for any number of changes of their target', async () => {
    await using composed = compose();
    const { world, put, asked, outcomes, settle } = composed;
    world.put({ kind: 'Group', name: 'team' });
    for (let at = 0; at < 10_000; at += 1) put(`part-${at}`);
    await settle();
    expect(outcomes).toHaveLength(10_000);
    expect(outcomes).not.toContain('conflict');
    asked.clear();
    for (let times = 0; times < 5; times += 1) {
      world.remove('Group', `${home}/team`);
      world.put({ kind: 'Group', name: 'team' });
    }
    await settle();
    expect(asked.size).toBe(10_000);
    expect([...asked.values()].every((times) => times === 1)).toBe(true);
    expect(outcomes).toHaveLength(10_000);
  }, 60_000);
});
