import { localClusterName, type ClusterResource, type ClusterSource } from '@portolan/crds';
import {
  createRepeatLog,
  mergePatch,
  messageOf,
  objectKey,
  RuntimeError,
  type Clock,
  type Fence,
  type Informer,
  type ObjectCreator,
  type RuntimeLogger,
  type StatusWriter,
} from '@portolan/runtime';
import { lostSources, type LostSource } from './loss.ts';
import { timeOf, type Losses } from './overlay.ts';
import { clusterStatusOf } from './reported-sources.ts';
import { settle, settleMs, sourcesOf, type SettledSources, type Watched } from './settled-sources.ts';

/** How often it looks: in memory, at a few dozen objects. */
const lookMs = 1_000;
/** Between two writes, and before another try: a source that comes and goes costs six writes a minute at most. */
const writeIntervalMs = 10_000;
/**
 * How long a start may list before it is told: 100,000 entities take about 10 s. A restart over a settled catalog then
 * writes nothing, and a server that has seen the operator go waits no longer than the 30 s of design §3.
 */
const listingMs = 20_000;

/** How the sources of this process do. */
export interface SourceReport {
  /** What is lost now, as of the last look. */
  losses(): Losses;
  /** Calls `listener` after a look that found another set of sources lost than the one before. */
  onChange(listener: (change: { lost: readonly LostSource[]; back: readonly LostSource[] }) => void): void;
  /** Looks until the signal aborts, and writes what has changed while this process leads. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Creates the report of this process's sources, which it writes to the Cluster `local`: created when absent, and its
 * status written when something has changed and never otherwise.
 *
 * @param options.watched - everything that is watched, asked anew at every look
 * @param options.fence - who may write; everybody where absent
 * @param options.namespace - where the Cluster is
 */
export function createSourceReport(options: {
  watched: () => readonly Watched[];
  clusters: Pick<Informer<ClusterResource>, 'isSynced' | 'store'>;
  namespace: string;
  writer: StatusWriter;
  creator: ObjectCreator;
  fence?: Fence | undefined;
  clock: Clock;
  log: RuntimeLogger;
}): SourceReport {
  const { watched, clusters, namespace, writer, creator, fence, clock, log } = options;
  const metadata = { name: localClusterName, namespace };
  const repeatLog = createRepeatLog({ log, clock });
  const listeners: Parameters<SourceReport['onChange']>[0][] = [];
  let settled: SettledSources = new Map();
  let lost: readonly LostSource[] = [];
  /** On the monotonic clock. */
  let writeAt = 0;

  const look = (): void => {
    settled = settle({ before: settled, watched: watched(), nowMs: clock.now() });
    const before = lost;
    lost = lostSources(sourcesOf(settled));
    const [gone, back] = [difference(lost, before), difference(before, lost)];
    if (gone.length === 0 && back.length === 0) return;
    const told = { lost: gone.filter(isFault).map(nameOf), back: back.filter(isFault).map(nameOf) };
    if (told.lost.length + told.back.length > 0) log.info(told, 'the sources that are lost have changed');
    for (const listener of listeners) listener({ lost: gone, back });
  };
  const write = async (): Promise<void> => {
    const stored = clusters.store.get(objectKey({ metadata }));
    if (stored === undefined) {
      await creator.create({ metadata, spec: {} });
      return;
    }
    const now = timeOf(clock.now());
    const patch = mergePatch(stored.status ?? {}, clusterStatusOf({ stored, sources: sourcesOf(settled), now }));
    if (patch === undefined) return;
    writeAt = clock.monotonic() + writeIntervalMs;
    const { resourceVersion } = stored.metadata;
    const outcome = await writer.write({ ...metadata, resourceVersion, patch: { status: patch } });
    // What is newer comes with the watch, and the next look computes from that.
    if (outcome.kind === 'conflict') writeAt = 0;
  };
  const tryToWrite = async (): Promise<void> => {
    try {
      await write();
    } catch (error) {
      writeAt = clock.monotonic() + writeIntervalMs;
      const code = error instanceof RuntimeError ? error.code : 'unexpected';
      repeatLog.warn(`report ${code}`, { ...metadata, code, error: messageOf(error) }, 'failed to report the sources');
    }
  };
  return {
    losses: () => ({ everything: undefined, sources: lost }),
    onChange: (listener) => void listeners.push(listener),
    run: async (signal) => {
      // A start lists everything, which is no news either.
      const startedAt = clock.monotonic();
      writeAt = startedAt + settleMs;
      while (!signal.aborted) {
        look();
        const isListing = clock.monotonic() - startedAt < listingMs && sourcesOf(settled).some(isBeingListed);
        const mayWrite = (fence?.leftMs() ?? 1) > 0 && clusters.isSynced() && !isListing;
        if (mayWrite && clock.monotonic() >= writeAt) await tryToWrite();
        await clock.sleep(lookMs, signal);
      }
    },
  };
}

function difference(some: readonly LostSource[], others: readonly LostSource[]): LostSource[] {
  const known = new Set(others.map(nameOf));
  return some.filter((each) => !known.has(nameOf(each)));
}

/** For the first time, and nothing wrong. */
function isBeingListed({ synced, reason }: ClusterSource): boolean {
  return !synced && reason === undefined;
}

function isFault({ isAbsent }: LostSource): boolean {
  return isAbsent !== true;
}

function nameOf({ resource, namespace, reason }: LostSource): string {
  return `${resource}${namespace === undefined ? '' : ` in ${namespace}`}: ${reason}`;
}
