import { eventLoop, lowPriority, type Clock } from '@portolan/runtime';
import type { EntityKey, EntityStores } from '../entities/entity-stores.ts';
import { keyOf } from '../entities/trimmed-entity.ts';
import { linkingKinds } from '../workloads/links.ts';
import type { LostSource } from './loss.ts';
import { rewriteAfterMs } from './lost-fragments.ts';
import { isConcerned } from './overlay.ts';
import type { SourceReport } from './source-report.ts';

/** How often it looks whether a loss has become old enough. */
const lookMs = 5_000;
/** Ten every 200 ms: fifty statuses a second, while live changes go first. */
const batch = 10;
const batchMs = 200;

/**
 * Asks for the entities that a loss concerns: slowly when it has lasted, and all at once, behind live changes, when the
 * source is back.
 */
export function createLostSweep(options: {
  report: Pick<SourceReport, 'losses' | 'onChange'>;
  entities: EntityStores;
  enqueue: (target: EntityKey, where: { priority: number }) => void;
  clock: Clock;
}): { run(signal: AbortSignal): Promise<void> } {
  const { report, entities, enqueue, clock } = options;
  const swept = new Set<string>();

  const enqueueConcerned = async (lost: LostSource, rest: (count: number) => Promise<void> | undefined) => {
    let count = 0;
    for (const kind of linkingKinds) {
      for (const { metadata, status } of entities.store(kind).list()) {
        await eventLoop.breathe();
        if (!isConcerned({ kind, namespace: metadata.namespace, status }, lost)) continue;
        enqueue({ kind, key: keyOf({ metadata }) }, { priority: lowPriority });
        count += 1;
        await rest(count);
      }
    }
  };
  report.onChange(({ back }) => {
    for (const lost of back) {
      swept.delete(nameOf(lost));
      void enqueueConcerned(lost, () => undefined);
    }
  });
  return {
    run: async (signal) => {
      const slowly = (count: number) => (count % batch === 0 ? clock.sleep(batchMs, signal) : undefined);
      while (!signal.aborted) {
        for (const lost of report.losses().sources) {
          if (signal.aborted || swept.has(nameOf(lost)) || clock.now() < lost.sinceMs + rewriteAfterMs) continue;
          swept.add(nameOf(lost));
          await enqueueConcerned(lost, slowly);
        }
        await clock.sleep(lookMs, signal);
      }
    },
  };
}

function nameOf({ resource, namespace, reason }: LostSource): string {
  return `${resource} ${namespace ?? ''} ${reason}`;
}
