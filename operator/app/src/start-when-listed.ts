import type { Composer, EntityStores } from '@portolan/controllers';
import type { EntityKind } from '@portolan/crds';
import { lowPriority, type Clock, type Elector, type Informer, type KubernetesObject } from '@portolan/runtime';

/** How long status writing waits for every source to be listed before it starts with what is there. */
const settleMs = 5_000;

/**
 * Starts the composers when this process is elected and everything they read has been listed, so
 * that a restart writes nothing, or 5 s after the start, so that a kind that may not be read stops nobody. A source that
 * arrives later completes what was left out until then; so does leadership that resumes, because what was refused
 * meanwhile may wait for long.
 */
export function startWhenListed(options: {
  composers: ReadonlyMap<EntityKind, Composer>;
  entities: EntityStores;
  informers: readonly Pick<Informer<KubernetesObject>, 'synced'>[];
  /** Absent where nobody is elected: everybody writes. */
  elector?: Pick<Elector, 'onLeading'> | undefined;
  clock: Clock;
}): (signal: AbortSignal) => Promise<void> {
  const { composers, entities, informers, elector, clock } = options;
  const enqueueAll = (): void => {
    for (const [kind, composer] of composers) {
      for (const { metadata } of entities.store(kind).list()) {
        composer.enqueue(`${metadata.namespace}/${metadata.name}`, { priority: lowPriority });
      }
    }
  };
  const elected = Promise.withResolvers<void>();
  if (elector === undefined) elected.resolve();
  elector?.onLeading(() => {
    elected.resolve();
    enqueueAll();
  });
  return async (signal) => {
    const listed = Promise.all(informers.map((informer) => informer.synced));
    let isComplete = false;
    void listed.then(() => {
      isComplete = true;
    });
    // On standby the stores fill and the queues hold what a leader would look at.
    await Promise.all([
      Promise.race([listed, clock.sleep(settleMs, signal)]),
      Promise.race([elected.promise, untilAborted(signal)]),
    ]);
    if (!isComplete) for (const informer of informers) void informer.synced.then(enqueueAll);
    await Promise.all([...composers.values()].map((composer) => composer.run(signal)));
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
