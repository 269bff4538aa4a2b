import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CatalogClient } from '@backstage/catalog-client';
import { freePort } from '../control-plane/ports.ts';
import { paths } from '../paths.ts';
import { startProcess, type ManagedProcess } from '../process/managed-process.ts';
import { operatorEnvironment } from '../up/operator.ts';

/** One line of the operator's log. */
export type LogLine = Record<string, unknown> & { msg?: string };

/** The operator as it ships, in a process of its own. */
export interface Portolan {
  readonly url: string;
  readonly probes: string;
  readonly process: ManagedProcess;
  /** Backstage's own client against it. */
  readonly client: CatalogClient;
  log(): Promise<LogLine[]>;
  /** Status and body of `/readyz?verbose`; status 0 while nobody listens. */
  readyz(): Promise<{ status: number; text: string }>;
  /** Resolves when `/readyz` answers 200. */
  ready(): Promise<void>;
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<string>;
}

/** Starts it with a kubeconfig; flags are added to those that every test needs. The caller stops it. */
export async function startPortolan(options: {
  kubeconfig: string;
  role?: 'operator' | 'server' | 'all';
  flags?: readonly string[];
}): Promise<Portolan> {
  const { kubeconfig, role = 'all', flags = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'portolan-e2e-'));
  const [port, probePort] = [await freePort(), await freePort()];
  const logFile = join(folder, 'portolan.log');
  const child = startProcess({
    name: 'portolan',
    command: [paths.operatorEntry],
    args: [role, '--kubeconfig', kubeconfig, '--port', String(port), '--probe-port', String(probePort), ...flags],
    logFile,
    env: operatorEnvironment(process.env),
  });
  const url = `http://127.0.0.1:${port}`;
  const probes = `http://127.0.0.1:${probePort}`;
  const readyz = async (): Promise<{ status: number; text: string }> =>
    fetch(`${probes}/readyz?verbose`).then(
      async (answer) => ({ status: answer.status, text: await answer.text() }),
      () => ({ status: 0, text: '' }),
    );
  return {
    url,
    probes,
    process: child,
    client: new CatalogClient({ discoveryApi: { getBaseUrl: async (plugin) => `${url}/api/${plugin}` } }),
    log: async () => {
      const text = await readFile(logFile, 'utf8');
      return text
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as LogLine);
    },
    readyz,
    ready: async () => {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const { status, text } = await readyz();
        if (status === 200) return;
        if (!child.isRunning()) throw new Error(`portolan ended: ${await child.ended}\n${await child.lastLines()}`);
        if (Date.now() > deadline) throw new Error(`portolan is not ready:\n${text}\n${await child.lastLines()}`);
        await sleep(50);
      }
    },
    stop: async () => {
      await child.stop();
      const how = await child.ended;
      await rm(folder, { recursive: true, force: true });
      return how;
    },
  };
}
