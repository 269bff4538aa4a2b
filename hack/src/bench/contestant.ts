import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { ensureBinary } from '../control-plane/binaries.ts';
import { freePort } from '../control-plane/ports.ts';
import { paths } from '../paths.ts';
import { run } from '../process/run.ts';
import { operatorEnvironment } from '../up/operator.ts';

/** A program that writes the status of entities. */
export interface Contestant {
  name: string;
  /** Starts one replica; it elects a leader when the bench says that both do. */
  start(options: { kubeconfig: string; elects: boolean }): Promise<Replica>;
}

/** A running contestant. */
export interface Replica {
  pid: number;
  /** When it was started (`performance.now()`). */
  startedAt: number;
  /** Resolves with the time at which `/readyz` first said 200: every kind is in its cache. */
  synced(): Promise<number>;
  /** SIGTERM, to the end of the process. */
  stop(): Promise<void>;
  /** SIGKILL, to the end of the process. */
  kill(): Promise<void>;
}

const pollMs = 5;

/** Portolan in role `operator`, as it ships. */
export function portolan(): Contestant {
  return {
    name: 'Portolan',
    start: async ({ kubeconfig, elects }) => {
      const port = await freePort();
      const flags = ['--kubeconfig', kubeconfig, '--probe-port', String(port), '--log-level', 'error'];
      return startReplica({
        program: paths.operatorEntry,
        args: ['operator', ...flags, ...(elects ? ['--leader-elect'] : [])],
        env: operatorEnvironment(process.env),
        port,
      });
    },
  };
}

/** Whether Portolan's operator can elect a leader. */
export async function portolanElects(): Promise<boolean> {
  const help = await run([paths.operatorEntry], ['--help'], { env: operatorEnvironment(process.env) });
  return help.stdout.includes('--leader-elect');
}

/** The controller of `twin-go`, built first when it is not in the cache. */
export async function goTwin(log: (line: string) => void): Promise<Contestant> {
  const program = await ensureBinary('twin', { log });
  return {
    name: 'Go',
    start: async ({ kubeconfig, elects }) => {
      const port = await freePort();
      const flags = ['--kubeconfig', kubeconfig, '--probe-address', `127.0.0.1:${port}`];
      return startReplica({ program, args: [...flags, ...(elects ? ['--leader-elect'] : [])], env: process.env, port });
    },
  };
}

function startReplica(options: {
  program: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  port: number;
}): Replica {
  const { program, args, env, port } = options;
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  if (child.pid === undefined) throw new Error(`${program} could not be started`);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return {
    pid: child.pid,
    startedAt,
    synced: async () => {
      const probes = new Pool(`http://127.0.0.1:${port}`, { connections: 1 });
      try {
        while (child.exitCode === null) {
          if (await isReady(probes)) return performance.now();
          await sleep(pollMs);
        }
      } finally {
        await probes.destroy();
      }
      throw new Error(`${program} ended with ${child.exitCode} before it was ready`);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

async function isReady(probes: Pool): Promise<boolean> {
  try {
    const { statusCode, body } = await probes.request({ method: 'GET', path: '/readyz' });
    await body.dump();
    return statusCode === 200;
  } catch {
    // Nobody listens yet.
    return false;
  }
}
