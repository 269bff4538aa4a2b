import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { ensureBinary } from '../control-plane/binaries.ts';
import { freePort } from '../control-plane/ports.ts';
import { paths } from '../paths.ts';
import { run } from '../process/run.ts';
import { operatorEnvironment } from '../up/operator.ts';
import type { PodStart } from './pod-start.ts';

/** A program that writes the status of entities. */
export interface Contestant {
  name: string;
  /** Starts one replica; it elects a leader when the bench says that both do. */
  start(options: { account: Account; elects: boolean }): Promise<Replica>;
}

/** As whom a contestant acts: like a pod where the machine allows it, else by a kubeconfig. */
export interface Account {
  kubeconfig: string;
  pod: PodStart | undefined;
}

/** A running contestant. */
export interface Replica {
  pid: number;
  /** When it was started (`performance.now()`). */
  startedAt: number;
  /** Rejects when it ends although nobody stopped it, as when it lost its lease. */
  failed: Promise<never>;
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
    start: async ({ account, elects }) => {
      const port = await freePort();
      const flags = ['--probe-port', String(port), '--log-level', 'error', ...(elects ? ['--leader-elect'] : [])];
      return startReplica({
        account,
        program: paths.operatorEntry,
        args: ['operator', ...flags],
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
    start: async ({ account, elects }) => {
      const port = await freePort();
      const args = ['--probe-address', `127.0.0.1:${port}`, ...(elects ? ['--leader-elect'] : [])];
      return startReplica({ account, program, args, env: process.env, port });
    },
  };
}

function startReplica(options: {
  account: Account;
  program: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  port: number;
}): Replica {
  const { account, program, port } = options;
  const { kubeconfig, pod } = account;
  const start = pod?.(program, options.args) ?? {
    command: program,
    args: [...options.args, '--kubeconfig', kubeconfig],
    env: {},
  };
  // A kubeconfig of the caller's would win over the pod's account.
  const { KUBECONFIG: _kubeconfig, ...env } = options.env;
  const startedAt = performance.now();
  const child = spawn(start.command, start.args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...env, ...start.env },
  });
  let isStopped = false;
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  // Who does not ask for it must not crash by it.
  failed.catch(() => undefined);
  const ended = new Promise<void>((resolve) => {
    const end = (how: string): void => {
      if (!isStopped) fail(new Error(`${program} ended by itself: ${how}`));
      resolve();
    };
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    child.once('error', (error) => end(error.message));
  });
  if (child.pid === undefined) throw new Error(`${program} could not be started`);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    isStopped = true;
    child.kill(signal);
    await ended;
  };
  return {
    pid: child.pid,
    failed,
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
