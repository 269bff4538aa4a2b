import type { EntityKind, EntityStatus } from '@portolan/crds';
import {
  createController,
  createWatermark,
  generationChanged,
  lowPriority,
  mergePatch,
  type AdaptiveLimit,
  type Clock,
  type Controller,
  type ReconcileResult,
  type RuntimeLogger,
  type RuntimeMetrics,
  type StatusWriter,
} from '@portolan/runtime';
import type { EntityStores } from '../entities/entity-stores.ts';
import type { TrimmedEntity } from '../entities/trimmed-entity.ts';
import { composeStatus } from './compose.ts';
import type { Fragment, FragmentSource } from './fragment.ts';
import { createWritePace, isDetailOnly } from './write-pace.ts';

/** The only writer of one kind's status. */
export interface Composer {
  readonly kind: EntityKind;
  enqueue(key: string, options?: { priority?: number; afterMs?: number }): void;
  /** Nothing queued, nothing in flight. */
  idle(): boolean;
  run(signal: AbortSignal): Promise<void>;
}

/** More than {@link AdaptiveLimit} ever lets write at once: the limit decides, not the number of workers. */
const workers = 32;
/** The store already holds what a write was refused for. */
const againMs = 5;

/**
 * Creates the composer of one kind. It asks every source for its fragment, composes, compares with the stored status
 * and sends at most one merge patch that carries the resourceVersion it was computed from. A key whose own last write
 * the store has not seen yet waits for it. What changes only in detail is written once a second at most, the last state
 * always.
 *
 * @param options.writes - shared by all composers, as they write to one API server
 */
export function createComposer(options: {
  kind: EntityKind;
  entities: EntityStores;
  sources: readonly FragmentSource[];
  writer: StatusWriter;
  clock: Clock;
  random: () => number;
  log: RuntimeLogger;
  metrics: RuntimeMetrics;
  writes: AdaptiveLimit;
}): Composer {
  const { kind, entities, sources, writer, clock, random, log, metrics, writes } = options;
  const store = entities.store(kind);
  const name = `${kind.toLowerCase()}-status`;
  const watermark = createWatermark({
    store,
    clock,
    release: (key) => controller.enqueue(key),
    onFailOpen: () => metrics.watermarkFailOpen({ name }),
  });

  const pace = createWritePace({ clock });

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const entity = store.get(key);
    if (entity === undefined || entity.metadata.deletionTimestamp !== undefined) return { kind: 'done' };
    if (watermark.holds(key)) return { kind: 'done' };
    const now = clock.now();
    const fragments = sources.map((source) => source(entity, now));
    const holdMs = Math.max(0, ...fragments.map((fragment) => fragment.holdMs ?? 0));
    if (holdMs > 0) return { kind: 'requeue-after', ms: holdMs };
    const next = composeStatus({
      stored: entity.status,
      generation: entity.metadata.generation ?? 0,
      fragments,
      now: new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    });
    const patch = mergePatch(entity.status ?? {}, next);
    if (patch !== undefined) {
      const waitMs = isDetailOnly(entity.status, next) ? pace.waitMs(key) : 0;
      // Composed anew then: what has become of it meanwhile is what is written.
      if (waitMs > 0) return { kind: 'requeue-after', ms: waitMs };
      const { resourceVersion } = entity.metadata;
      const target = { namespace: entity.metadata.namespace, name: entity.metadata.name, resourceVersion };
      const outcome = await writes.run(() => writer.write({ ...target, patch: { status: patch } }));
      if (outcome.kind === 'conflict') {
        // What is newer is on its way through the watch; until it is here, every other try would be refused as well.
        watermark.refused(key, resourceVersion);
        return watermark.holds(key) ? { kind: 'done' } : { kind: 'requeue-after', ms: againMs };
      }
      if (outcome.kind === 'written') {
        pace.wrote(key);
        if (outcome.resourceVersion !== undefined) watermark.wrote(key, outcome.resourceVersion);
        logTransition(log, entity, next);
      }
    }
    return nextLook(fragments);
  };

  const controller: Controller = createController({
    name,
    reconcile,
    concurrency: workers,
    clock,
    random,
    log,
    metrics,
  });
  store.subscribe((change) => {
    if (change.type === 'deleted') return;
    // A status that somebody else wrote is put right; our own comes by here, too, and composes to itself.
    const isUrgent = generationChanged(change) && !change.initial;
    controller.enqueue(change.key, isUrgent ? {} : { priority: lowPriority });
  });
  return {
    kind,
    enqueue: (key, where) => controller.enqueue(key, where),
    idle: () => controller.idle(),
    run: async (signal) => {
      await controller.run(signal);
      watermark.close();
    },
  };
}

function nextLook(fragments: readonly Fragment[]): ReconcileResult {
  const rechecks = fragments.flatMap((fragment) => (fragment.recheckMs === undefined ? [] : [fragment.recheckMs]));
  return rechecks.length === 0 ? { kind: 'done' } : { kind: 'requeue-after', ms: Math.min(...rechecks) };
}

function logTransition(log: RuntimeLogger, entity: TrimmedEntity, next: EntityStatus): void {
  const before = entity.status?.health?.verdict;
  const after = next.health?.verdict;
  if (before !== after) log.info({ ref: entity.ref, before, after, reason: next.health?.reason }, 'health changed');
}
