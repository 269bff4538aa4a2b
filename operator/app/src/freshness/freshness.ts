import {
  faultsOf,
  noLosses,
  settle,
  sourcesOf,
  type Losses,
  type SettledSources,
  type Watched,
} from '@portolan/controllers';
import { localClusterName, type ClusterResource } from '@portolan/crds';
import { isEqualJson, objectKey, type Clock, type Informer, type RuntimeLogger } from '@portolan/runtime';
import type { LeaseSight } from './lease-observer.ts';
import { lossesOf, ownAfterMs } from './losses.ts';

/** How often it looks; what the Cluster says is heard at once. */
const lookMs = 1_000;
/** A look that is this late is of a process that was frozen: first it hears what was told meanwhile. */
const frozenMs = 5_000;

/** How current a server's verdicts are. */
export interface Freshness {
  /** As of the last look. */
  losses(): Losses;
  /** Looks until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Watches how current the verdicts of this server are.
 *
 * @param options.own - the watches of this server, that of the Cluster and of the Lease among them
 * @param options.lease - absent where nobody is elected
 * @param options.self - where this process is an operator, too: while it leads it knows its sources without a report
 * @param options.onChange - called whenever the losses are others than before
 */
export function createFreshness(options: {
  clusters: Pick<Informer<ClusterResource>, 'store' | 'isSynced'>;
  namespace: string;
  lease: { sight(): LeaseSight } | undefined;
  self: { leads(): boolean; losses(): Losses } | undefined;
  own: readonly Watched[];
  clock: Clock;
  log: RuntimeLogger;
  onChange: (losses: Losses) => void;
}): Freshness {
  const { clusters, lease, self, own, clock, log, onChange } = options;
  const key = objectKey({ metadata: { name: localClusterName, namespace: options.namespace } });
  let settled: SettledSources = new Map();
  let noReportSinceMs: number | undefined;
  let losses = noLosses;

  const look = (): void => {
    const nowMs = clock.now();
    settled = settle({ before: settled, watched: own, nowMs, afterMs: ownAfterMs });
    const cluster = clusters.store.get(key);
    const hasReport = cluster?.status?.sources !== undefined || !clusters.isSynced();
    noReportSinceMs = hasReport ? undefined : (noReportSinceMs ?? nowMs);
    // A Lease that has not been read says nothing yet; that it cannot be read is found by its watch.
    const isLeaseRead = own.every((each) => each.resource.kind !== 'Lease' || each.status().every(isSynced));
    const next = lossesOf({
      led: self?.leads() === true ? self.losses().sources : undefined,
      cluster,
      noReportSinceMs,
      lease: isLeaseRead ? lease?.sight() : undefined,
      own: sourcesOf(settled),
      nowMs,
    });
    if (isEqualJson(withoutTimes(losses), withoutTimes(next))) return;
    const isNews = !isEqualJson(withoutTimes(faultsOf(losses)), withoutTimes(faultsOf(next)));
    losses = next;
    if (isNews) tell(log, faultsOf(losses));
    onChange(losses);
  };
  clusters.store.subscribe(look);
  return {
    losses: () => losses,
    run: async (signal) => {
      let lookedAt = clock.monotonic();
      while (!signal.aborted) {
        if (clock.monotonic() - lookedAt < frozenMs) look();
        lookedAt = clock.monotonic();
        await clock.sleep(lookMs, signal);
      }
    },
  };
}

function isSynced({ synced }: { synced: boolean }): boolean {
  return synced;
}

/** A time that moves by a few milliseconds between two looks is no other loss. */
function withoutTimes({ everything, sources }: Losses): unknown {
  const { reason, message } = everything ?? {};
  return {
    reason,
    message,
    sources: sources.map(({ resource, namespace, reason: why }) => [resource, namespace ?? '', why]),
  };
}

function tell(log: RuntimeLogger, { everything, sources }: Losses): void {
  const lost = sources.map(({ resource, reason }) => `${resource}: ${reason}`);
  if (everything !== undefined) log.warn({ reason: everything.message, lost }, 'every verdict is told as Unknown');
  else if (lost.length > 0) log.warn({ lost }, 'verdicts that depend on lost sources are told as Unknown');
  else log.info('every verdict is told as it is stored');
}
