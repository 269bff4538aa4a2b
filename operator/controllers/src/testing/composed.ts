import type { EntityStatus } from '@portolan/crds';
import { applyMergePatch, createAdaptiveLimit, createMetrics, type StatusWriter } from '@portolan/runtime';
import { createFakeClock, type FakeClock } from '@portolan/runtime/testing';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createAcceptance } from '../acceptance/acceptance.ts';
import { createComposer, type Composer } from '../composer/composer.ts';
import type { FragmentSource } from '../composer/fragment.ts';
import { keyOf, type TrimmedEntity } from '../entities/trimmed-entity.ts';
import { createRelations } from '../relations/relations.ts';
import { watchRefs } from '../relations/triggers.ts';
import { createWorld, home, type EntityInput, type World } from './world.ts';

/** A composer of components over a server of their statuses. */
export interface Composed {
  world: World;
  clock: FakeClock;
  composer: Composer;
  /** Reconciles that came as far as asking for fragments, by key. */
  asked: Map<string, number>;
  /** Outcomes of writes in order. */
  outcomes: string[];
  /** What was written, in order; `atMs` by the fake clock. */
  writes: { atMs: number; key: string; status: EntityStatus }[];
  /** Changes a component on the server; the watch tells it `lagMs` later. */
  put: (name: string, how?: { lagMs?: number; spec?: object }) => void;
  settle: () => Promise<void>;
  [Symbol.asyncDispose]: () => Promise<void>;
}

/**
 * A composer of components over a server that takes writes at once and tells them by the watch `lagMs` later.
 *
 * @param options.sources - what it asks beside acceptance and relations
 */
export function compose({ lagMs = 0, sources = [] }: { lagMs?: number; sources?: FragmentSource[] } = {}): Composed {
  const clock = createFakeClock();
  const world = createWorld();
  const metrics = createMetrics(new Registry());
  const asked = new Map<string, number>();
  const outcomes: string[] = [];
  const writes: Composed['writes'] = [];
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
      writes.push({ atMs: clock.monotonic(), key: `${namespace}/${name}`, status });
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
      ...sources,
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
    writes,
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
