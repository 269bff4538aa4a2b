import type { Composer, EntityStores } from '@portolan/controllers';
import type { EntityKind } from '@portolan/crds';
import { lowPriority, type Clock, type Informer, type KubernetesObject } from '@portolan/runtime';

/** How long status writing waits for every source to be listed before it starts with what is there. */
const settleMs = 5_000;

/**
 * Starts the composers once everything they read has been listed, so that a restart writes nothing, or after 5 s, so
 * that a kind that may not be read stops nobody. A source that arrives later completes what was left out until then.
 */
export function startWhenListed(options: {
  composers: ReadonlyMap<EntityKind, Composer>;
  entities: EntityStores;
  informers: readonly Pick<Informer<KubernetesObject>, 'synced'>[];
  clock: Clock;
}): (signal: AbortSignal) => Promise<void> {
  const { composers, entities, informers, clock } = options;
  const enqueueAll = (): void => {
    for (const [kind, composer] of composers) {
      for (const { metadata } of entities.store(kind).list()) {
        composer.enqueue(`${metadata.namespace}/${metadata.name}`, { priority: lowPriority });
      }
    }
  };
  return async (signal) => {
    const listed = Promise.all(informers.map((informer) => informer.synced));
    let isComplete = false;
    void listed.then(() => {
      isComplete = true;
    });
    await Promise.race([listed, clock.sleep(settleMs, signal)]);
    if (!isComplete) for (const informer of informers) void informer.synced.then(enqueueAll);
    await Promise.all([...composers.values()].map((composer) => composer.run(signal)));
  };
}
