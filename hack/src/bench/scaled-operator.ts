import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../control-plane/ports.ts';
import { paths } from '../paths.ts';
import { operatorEnvironment } from '../up/operator.ts';
import type { Account } from './contestant.ts';

/** Portolan as it ships, in role `operator` or `all`, and what its own metrics say. */
export interface ScaledOperator {
  readonly pid: number;
  /** Of the read API in role `all`. */
  readonly url: string;
  /** `performance.now()` of its start. */
  readonly startedAt: number;
  /** Resolves with the time at which `/readyz` first said 200: every kind is in memory. */
  ready(): Promise<number>;
  /**
   * Since all its modules were loaded: the longest stall, and what a stall took of the main thread and of the collector
   * at most. The difference is waiting for a core.
   */
  loopDelay(): Promise<{ maxMs: number; p99Ms: number; busyMs: number; gcMs: number }>;
  /** Status writes that were accepted, as it counted them. */
  written(): Promise<number>;
  /** Status writes by outcome. */
  outcomes(): Promise<string>;
  stop(): Promise<void>;
}

const writesLine = /^portolan_status_writes_total\{.*outcome="(\w+)".*\} (\d+)$/gm;

/** Starts it, as in a pod where the machine allows that; it logs warnings to stderr. The caller stops it. */
export async function startScaledOperator(
  { kubeconfig, pod }: Account,
  role: 'operator' | 'all' = 'operator',
): Promise<ScaledOperator> {
  const [port, probePort] = [await freePort(), await freePort()];
  const probes = `http://127.0.0.1:${probePort}`;
  const startedAt = performance.now();
  const flags = [role, '--port', String(port), '--probe-port', String(probePort), '--log-level', 'warn'];
  const start = pod?.(paths.operatorEntry, flags) ?? {
    command: paths.operatorEntry,
    args: [...flags, '--kubeconfig', kubeconfig],
    env: {},
  };
  const { KUBECONFIG: _kubeconfig, ...env } = operatorEnvironment(process.env);
  const child = spawn(start.command, start.args, {
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...env, ...start.env },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the operator could not be started');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const metrics = async (): Promise<string> => (await fetch(`${probes}/metrics`)).text();
  return {
    pid,
    url: `http://127.0.0.1:${port}`,
    startedAt,
    ready: async () => {
      while (child.exitCode === null) {
        const isReady = await fetch(`${probes}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        );
        if (isReady) return performance.now();
        await sleep(20);
      }
      throw new Error(`the operator ended with ${child.exitCode} before it was ready`);
    },
    loopDelay: async () => {
      const text = await metrics();
      return {
        maxMs: 1000 * valueOf(text, 'portolan_event_loop_delay_max_seconds'),
        p99Ms: 1000 * valueOf(text, 'portolan_event_loop_delay_p99_seconds'),
        busyMs: 1000 * valueOf(text, 'portolan_event_loop_busy_max_seconds'),
        gcMs: 1000 * valueOf(text, 'portolan_event_loop_gc_max_seconds'),
      };
    },
    written: async () => outcomesIn(await metrics()).get('written') ?? 0,
    outcomes: async () => {
      const text = await metrics();
      const limit = valueOf(text, 'portolan_write_limit');
      return `status writes by outcome: ${JSON.stringify(Object.fromEntries(outcomesIn(text)))}, allowed at once: ${limit}`;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function outcomesIn(metrics: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, outcome = '', count] of metrics.matchAll(writesLine)) {
    counts.set(outcome, (counts.get(outcome) ?? 0) + Number(count));
  }
  return counts;
}

function valueOf(metrics: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]);
}
