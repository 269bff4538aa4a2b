import { pino } from 'pino';
import { Registry } from 'prom-client';
import { vi } from 'vitest';
import type { KubernetesObject, ResourceType } from '../kubernetes/object.ts';
import { createInformer, type Informer } from '../informer/informer.ts';
import type { RuntimeLogger } from '../logging/logger.ts';
import { createMetrics, type RuntimeMetrics } from '../metrics/metrics.ts';
import { createTransport, type Transport } from '../transport/transport.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { startFaultServer, type FaultServer, type StoredObject } from './fault-server.ts';

/** A namespaced resource for tests. */
export const widgets: ResourceType = {
  group: 'portolan.test',
  version: 'v1',
  plural: 'widgets',
  kind: 'Widget',
  namespaced: true,
};

/** One object of a log's output. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A transport, and informers on demand, between a fake clock and a real socket. */
export interface Rig extends AsyncDisposable {
  server: FaultServer;
  clock: FakeClock;
  transport: Transport;
  registry: Registry;
  metrics: RuntimeMetrics;
  log: RuntimeLogger;
  logged: LogLine[];
  /** Starts an informer that keeps objects as they are; it stops with the rig. */
  inform(options?: {
    namespaces?: readonly string[];
    fieldSelector?: string;
    mayBeAbsent?: boolean;
    transform?: (raw: unknown) => KubernetesObject;
  }): RunningInformer;
}

export interface RunningInformer extends Informer<KubernetesObject> {
  /** Every change so far, as `type key`. */
  changes: string[];
  /** Stops it; resolves when `run` has ended. */
  stop(): Promise<void>;
}

/** Starts a {@link Rig}. Dispose of it when the test is over. */
export async function startRig(): Promise<Rig> {
  const server = await startFaultServer({ resource: widgets });
  const clock = createFakeClock();
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const logged: LogLine[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line) as LogLine) });
  const transport = createTransport({ credentials: server.credentials, clock, log, metrics, userAgent: 'test/0' });
  const stops: (() => Promise<void>)[] = [];
  return {
    server,
    clock,
    transport,
    registry,
    metrics,
    log,
    logged,
    inform: ({
      namespaces,
      fieldSelector,
      mayBeAbsent,
      transform = (raw: unknown) => raw as KubernetesObject,
    } = {}) => {
      const ground = { transport, resource: widgets, clock, random: () => 0, log, metrics, freeze: true };
      const informer = createInformer({ ...ground, namespaces, fieldSelector, mayBeAbsent, transform });
      const changes: string[] = [];
      informer.store.subscribe(({ type, key }) => changes.push(`${type} ${key}`));
      const abort = new AbortController();
      const running = informer.run(abort.signal);
      const stop = async (): Promise<void> => {
        abort.abort();
        await running;
      };
      stops.push(stop);
      return { ...informer, changes, stop };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(stops.map((stop) => stop()));
      await transport.close();
      await server.close();
    },
  };
}

/**
 * Polls until `check` no longer throws, letting `stepMs` of the fake clock pass before each look. For what comes by a
 * socket, of which the clock knows nothing.
 */
export function eventually(rig: Pick<Rig, 'clock'>, check: () => void, stepMs = 0): Promise<void> {
  const settings = { timeout: 10_000, interval: 5 };
  return vi.waitFor(async () => {
    await rig.clock.advance(stepMs);
    check();
  }, settings);
}

/** Stored objects by key, to compare a store with a server. */
export function byKey(objects: readonly (KubernetesObject | StoredObject)[]): Record<string, unknown> {
  return Object.fromEntries(
    objects
      .map((object) => [`${object.metadata.namespace ?? ''}/${object.metadata.name}`, object] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
