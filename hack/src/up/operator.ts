import { writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { renderFor } from '../control-plane/kubeconfig.ts';
import { outputOf, type Kubectl } from '../control-plane/kubectl.ts';
import { freePort, portInUse } from '../control-plane/ports.ts';
import { HackError } from '../errors.ts';
import { paths } from '../paths.ts';
import { startProcess, untilReady, type ManagedProcess } from '../process/managed-process.ts';
import type { ProcessRecord } from '../process/process-record.ts';

const readyMs = 60_000;

/** A kubeconfig for the operator: the cluster as the administrator's file names it, the user by a renewed token. */
export async function writeOperatorKubeconfig(options: {
  kubectl: Kubectl;
  file: string;
  tokenFile: string;
}): Promise<void> {
  const view = await outputOf(options.kubectl, ['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']);
  const { clusters } = JSON.parse(view) as { clusters: { cluster: object }[] };
  const content = renderFor('portolan', clusters[0]?.cluster ?? {}, { tokenFile: options.tokenFile });
  await writeFile(options.file, content, { mode: 0o600 });
}

/**
 * Starts the operator as it ships and waits until it says that it is ready.
 * @throws {HackError} `HACK_PORT_IN_USE`, `HACK_PROCESS_ENDED`, `HACK_NOT_READY`
 */
export async function startOperator(options: {
  kubeconfig: string;
  port: number;
  logs: string;
  remember: (record: ProcessRecord) => void;
  signal: AbortSignal;
}): Promise<{ process: ManagedProcess; probes: string }> {
  const probePort = await freePort();
  const child = startProcess({
    name: 'portolan',
    command: [paths.operatorEntry],
    args: [
      'all',
      '--kubeconfig',
      options.kubeconfig,
      '--host',
      '127.0.0.1',
      '--port',
      String(options.port),
      '--probe-port',
      String(probePort),
    ],
    logFile: join(options.logs, 'portolan.log'),
    env: operatorEnvironment(process.env),
    remember: options.remember,
  });
  const probes = `http://127.0.0.1:${probePort}`;
  try {
    await untilReady(child, async () => isOk(`${probes}/readyz`), { timeoutMs: readyMs, signal: options.signal });
  } catch (error) {
    await child.stop();
    if (error instanceof HackError && error.message.includes('EADDRINUSE')) throw portInUse(options.port);
    throw error;
  }
  return { process: child, probes };
}

/**
 * The operator refuses variables with its prefix that it does not know, and this one is the scripts'. Its entry takes
 * `node` from the path, which must be the one that runs here.
 */
export function operatorEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PORTOLAN_CACHE: _cache, ...rest } = env;
  return { ...rest, PATH: [dirname(process.execPath), ...(env['PATH'] ?? '').split(delimiter)].join(delimiter) };
}

async function isOk(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}
