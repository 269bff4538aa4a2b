import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Composer, EntityStores } from '@portolan/controllers';
import type { EntityKind } from '@portolan/crds';
import { lowPriority, type Clock, type Elector, type Informer, type KubernetesObject } from '@portolan/runtime';

/** How long status writing waits for sources that fail to be listed before it starts with what is there. */
const settleMs = 5_000;
/** How often it looks how the listings go. */
const lookMs = 100;
/** Keys enqueued between two turns of the event loop: a few milliseconds. */
const slice = 1_000;

/**
 * Starts the composers when this process is elected and everything they read has been listed, so that a restart writes
 * nothing. A kind that is not installed is not waited for: a cluster without the Gateway API would lose 5 s at each start.
 * Any other source that fails is waited for that long, so that a kind that may not be read stops nobody; one that is being
 * listed is waited for however large it is. A source that arrives later completes what was left out until then; so does
 * leadership that resumes, because what was refused meanwhile may wait for long.
 */
export function startWhenListed(options: {
  composers: ReadonlyMap<EntityKind, Composer>;
  entities: EntityStores;
  informers: readonly Pick<Informer<KubernetesObject>, 'synced' | 'status'>[];
  /** Absent where nobody is elected: everybody writes. */
  elector?: Pick<Elector, 'onLeading'> | undefined;
  clock: Clock;
}): (signal: AbortSignal) => Promise<void> {
  const { composers, entities, informers, elector, clock } = options;
  let isEnqueuing = false;
  let isAskedFor = false;
  /** In slices, as 100,000 keys at once would stall the loop; asked for meanwhile, it goes over all once more. */
  const enqueueAll = async (): Promise<void> => {
    isAskedFor = true;
    if (isEnqueuing) return;
    isEnqueuing = true;
    while (isAskedFor) {
      isAskedFor = false;
      for (const [kind, composer] of composers) {
        for (const [at, { metadata }] of entities.store(kind).list().entries()) {
          composer.enqueue(`${metadata.namespace}/${metadata.name}`, { priority: lowPriority });
          if (at % slice === slice - 1) await nextTurn();
        }
      }
    }
    isEnqueuing = false;
  };
  const elected = Promise.withResolvers<void>();
  if (elector === undefined) elected.resolve();
  elector?.onLeading(() => {
    elected.resolve();
    void enqueueAll();
  });
  return async (signal) => {
    const late = new Set(informers);
    for (const informer of informers) void informer.synced.then(() => late.delete(informer));
    const listed = Promise.all(informers.map((informer) => informer.synced));
    const untilListed = async (): Promise<void> => {
      const startedAt = clock.monotonic();
      const isWaitedFor = (informer: Pick<Informer<KubernetesObject>, 'status'>): boolean =>
        clock.monotonic() - startedAt < settleMs ? !isAbsent(informer) : isBeingListed(informer);
      while (!signal.aborted && [...late].some(isWaitedFor)) {
        await Promise.race([listed, clock.sleep(lookMs, signal)]);
      }
    };
    // On standby the stores fill and the queues hold what a leader would look at.
    await Promise.all([untilListed(), Promise.race([elected.promise, untilAborted(signal)])]);
    for (const informer of late) void informer.synced.then(enqueueAll);
    await Promise.all([...composers.values()].map((composer) => composer.run(signal)));
  };
}

/** The API server knows no such kind. */
function isAbsent(informer: Pick<Informer<KubernetesObject>, 'status'>): boolean {
  return informer.status().every(({ synced, reason }) => synced || reason === 'NotInstalled');
}

/** Not listed yet, and nothing wrong: a large list takes its time. */
function isBeingListed(informer: Pick<Informer<KubernetesObject>, 'status'>): boolean {
  return informer.status().every(({ synced, reason }) => synced || reason === undefined);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
