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
  type RuntimeLogger,
  type RuntimeMetrics,
} from '@portolan/runtime';
import type { Config } from './config.ts';
import { version } from './version.ts';

/** Where the kubelet tells a pod its namespace. */
const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
/** Where the chart installs the operator, and its right to the Lease. */
const installedNamespace = 'portolan-system';

/** This process's part in the election, and the component that runs it; undefined with `--leader-elect=false`. */
export async function createElection(options: {
  config: Config;
  credentials: Credentials;
  clock: Clock;
  random: () => number;
  log: RuntimeLogger;
  metrics: RuntimeMetrics;
}): Promise<{ elector: Elector; component: Component } | undefined> {
  const { config, credentials, clock, random, log, metrics } = options;
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
    lease: { namespace: await leaseNamespace(config), name: config['lease-name'] },
    timing: {
      durationMs: config['lease-duration'] * 1000,
      renewDeadlineMs: config['lease-renew-deadline'] * 1000,
      retryPeriodMs: config['lease-retry-period'] * 1000,
    },
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

async function leaseNamespace(config: Config): Promise<string> {
  const given = config['lease-namespace'];
  if (given !== undefined) return given;
  if (config.kubeconfig !== undefined) return installedNamespace;
  const text = await readFile(namespaceFile, 'utf8').catch(() => '');
  return text.trim() === '' ? installedNamespace : text.trim();
}
