import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import {
  createElector,
  createTransport,
  type Clock,
  type Component,
  type Credentials,
  type Elector,
  type LeaseTiming,
  type RuntimeLogger,
  type RuntimeMetrics,
} from '@portolan/runtime';
import type { Config } from './config.ts';
import { version } from './version.ts';

/** Where the kubelet tells a pod its namespace. */
const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
/** Where the chart installs the operator, and its rights to the Lease and the Cluster. */
const installedNamespace = 'portolan-system';

/** This process's part in the election, and the component that runs it; undefined with `--leader-elect=false`. */
export function createElection(options: {
  config: Config;
  /** The namespace of the Lease. */
  home: string;
  credentials: Credentials;
  clock: Clock;
  random: () => number;
  log: RuntimeLogger;
  metrics: RuntimeMetrics;
}): { elector: Elector; component: Component } | undefined {
  const { config, home, credentials, clock, random, log, metrics } = options;
  if (!config['leader-elect']) return undefined;
  // Connections of its own: a renewal never waits behind the requests of the controllers.
  const transport = createTransport({
    credentials,
    clock,
    log,
    metrics,
    userAgent: `portolan/${version} leader-election`,
  });
  const elector = createElector({
    transport,
    clock,
    random,
    // A host may run several, and a restarted process is another one.
    identity: `${hostname()}_${randomUUID()}`,
    lease: { namespace: home, name: config['lease-name'] },
    timing: leaseTiming(config),
    log,
    metrics,
  });
  const start = async (signal: AbortSignal): Promise<void> => {
    try {
      await elector.run(signal);
    } finally {
      await transport.close();
    }
  };
  return { elector, component: { name: 'leader election', start } };
}

/** How the election is timed; servers judge the operator by the same. */
export function leaseTiming(config: Config): LeaseTiming {
  return {
    durationMs: config['lease-duration'] * 1000,
    renewDeadlineMs: config['lease-renew-deadline'] * 1000,
    retryPeriodMs: config['lease-retry-period'] * 1000,
  };
}

/** The namespace of the operator's Lease and of the Cluster in which it reports: that of its pod, unless set. */
export async function homeNamespace(config: Config): Promise<string> {
  const given = config['lease-namespace'];
  if (given !== undefined) return given;
  if (config.kubeconfig !== undefined) return installedNamespace;
  const text = await readFile(namespaceFile, 'utf8').catch(() => '');
  return text.trim() === '' ? installedNamespace : text.trim();
}
