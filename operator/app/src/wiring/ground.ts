import type { TrimmedEntity } from '@portolan/controllers';
import type { ClusterResource, EntityKind, NamespaceMapping } from '@portolan/crds';
import type {
  Clock,
  createMetrics,
  Informer,
  KubernetesObject,
  Lifecycle,
  ResourceType,
  StoreIndexes,
  Transport,
} from '@portolan/runtime';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Config } from '../config.ts';
import type { WatchedSource } from '../probes/readiness.ts';

/** What every part of a process is built from. */
export interface Ground {
  config: Config;
  log: Logger;
  clock: Clock;
  random: () => number;
  registry: Registry;
  metrics: ReturnType<typeof createMetrics>;
  namespaces: NamespaceMapping;
  transport: Transport;
  lifecycle: Lifecycle;
  /** Everything that is watched, for `/readyz`. */
  sources: WatchedSource[];
  inform: <T extends KubernetesObject>(options: {
    resource: ResourceType;
    transform: (raw: unknown) => T;
    indexes?: StoreIndexes<T>;
    mayBeAbsent?: boolean;
    /** In place of those that the configuration names. */
    namespaces?: readonly string[];
    fieldSelector?: string;
  }) => Informer<T>;
  /** The namespace of the operator's own objects: its Lease, and the Cluster in which it reports. */
  home: string;
}

export type EntityInformers = ReadonlyMap<EntityKind, Informer<TrimmedEntity>>;
export type ClusterInformer = Informer<ClusterResource>;

/** Watches a kind from now on, and says so on `/readyz`. */
export function addWatch(
  { lifecycle, sources }: Ground,
  informer: WatchedSource['informer'] & Pick<Informer<KubernetesObject>, 'run'>,
  { isRequired }: { isRequired: boolean },
): void {
  sources.push({ informer, isRequired });
  lifecycle.add({ name: `watch ${informer.resource.plural}`, start: (signal) => informer.run(signal) });
}

/** Resolves when the process is told to stop. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
