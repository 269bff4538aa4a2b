import { applyMergePatch, createAdaptiveLimit, createMetrics, type StatusWriter } from '@portolan/runtime';
import { createFakeClock, type FakeClock } from '@portolan/runtime/testing';
import type { EntityStatus } from '@portolan/crds';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createAcceptance } from '../acceptance/acceptance.ts';
import { keyOf, type TrimmedEntity } from '../entities/trimmed-entity.ts';
import { createRelations } from '../relations/relations.ts';
import { watchRefs } from '../relations/triggers.ts';
import { createWorld, home, type EntityInput, type World } from '../testing/world.ts';
import { createComposer, type Composer } from './composer.ts';

interface Composed {
  world: World;
  clock: FakeClock;
  composer: Composer;
  /** Reconciles that came as far as asking for fragments, by key. */
  asked: Map<string, number>;
  /** Outcomes of writes in order. */
  outcomes: string[];
  /** Changes a component on the server; the watch tells it `lagMs` later. */
  put: (name: string, how?: { lagMs?: number; spec?: object }) => void;
  settle: () => Promise<void>;
  [Symbol.asyncDispose]: () => Promise<void>;
}

/** A composer of components over a server that takes writes at once and tells them by the watch `lagMs` later. */
function compose({ lagMs = 0 }: { lagMs?: number } = {}): Composed {
  const clock = createFakeClock();
  const world = createWorld();
  const metrics = createMetrics(new Registry());
  const asked = new Map<string, number>();
  const outcomes: string[] = [];
  const server = new Map<string, EntityInput & { resourceVersion: string }>();
  let version = 1_000_000;
  const store = (input: EntityInput): EntityInput & { resourceVersion: string } => {
    const next = { ...input, resourceVersion: String((version += 1)) };
    server.set(`${home}/${input.name}`, next);
    return next;
  };
  const writer: StatusWriter = {
    write: async ({ namespace = '', name, resourceVersion, patch }) => {
      await clock.sleep(5);
      const stored = server.get(`${namespace}/${name}`);
      if (stored === undefined) return { kind: 'gone' };
      if (stored.resourceVersion !== resourceVersion) {
        outcomes.push('conflict');
        return { kind: 'conflict' };
      }
      outcomes.push('written');
      const { status } = applyMergePatch({ status: stored.status ?? {} }, patch) as { status: EntityStatus };
      const written = store({ ...stored, status });
      clock.after(lagMs, () => void world.put(written));
      return { kind: 'written', resourceVersion: written.resourceVersion };
    },
  };
  const composer = createComposer({
    kind: 'Component',
    entities: world.entities,
    sources: [
      (entity: TrimmedEntity) => {
        asked.set(keyOf(entity), (asked.get(keyOf(entity)) ?? 0) + 1);
        return {};
      },
      createAcceptance(world.entities),
      createRelations(world.entities, ['Component']).source,
    ],
    writer,
    clock,
    random: () => 0,
    log: pino({ level: 'silent' }),
    metrics,
    writes: createAdaptiveLimit({ clock }),
  });
  watchRefs({
    entities: world.entities,
    kinds: ['Component', 'Group'],
    enqueue: ({ kind, key }, where) => {
      if (kind === 'Component') composer.enqueue(key, where);
    },
  });
  const stop = new AbortController();
  const running = composer.run(stop.signal);
  return {
    world,
    clock,
    composer,
    asked,
    outcomes,
    put: (name, { lagMs: arrivesMs = 0, spec = {} } = {}) => {
      const { status } = server.get(`${home}/${name}`) ?? {};
      const stored = store({ kind: 'Component', name, spec, ...(status !== undefined && { status }) });
      if (arrivesMs === 0) world.put(stored);
      else clock.after(arrivesMs, () => void world.put(stored));
    },
    settle: async () => {
      do await clock.advance(1_000);
      while (!composer.idle());
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

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
