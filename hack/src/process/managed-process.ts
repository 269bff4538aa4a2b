import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { HackError } from '../errors.ts';
import { recordOf, signalGroup, type ProcessRecord } from './process-record.ts';

/** A program with the arguments that come before all others. */
export type Command = readonly [program: string, ...args: string[]];

export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves with how it ended: an exit code or a signal's name. */
  readonly ended: Promise<string>;
  isRunning(): boolean;
  /** SIGTERM, and SIGKILL after `graceMs`; resolves when it has ended. */
  stop(graceMs?: number): Promise<void>;
  /** The last lines of its log, for an error message. */
  lastLines(count?: number): Promise<string>;
}

/**
 * Starts a program in a process group of its own, with its output appended to a file: a Ctrl-C in the terminal does not
 * reach it, and it neither blocks nor dies when its parent is gone.
 *
 * @param options.remember called with the record before anything else can fail
 */
export function startProcess(options: {
  name: string;
  command: Command;
  args: readonly string[];
  logFile: string;
  env?: NodeJS.ProcessEnv;
  remember?: ((record: ProcessRecord) => void) | undefined;
}): ManagedProcess {
  const { name, logFile } = options;
  const [program, ...prefix] = options.command;
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(program, [...prefix, ...options.args], {
    detached: true,
    stdio: ['ignore', log, log],
    env: options.env ?? process.env,
  });
  closeSync(log);
  let running = true;
  const ended = new Promise<string>((resolve) => {
    const end = (how: string): void => {
      running = false;
      resolve(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  });
  const pid = child.pid;
  if (pid === undefined) throw new HackError('HACK_PROCESS_ENDED', `${name} could not be started: ${program}`);
  const record = recordOf(name, pid);
  if (record !== undefined) options.remember?.(record);

  const lastLines = async (count = 15): Promise<string> => {
    const text = await readFile(logFile, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-count).join('\n');
  };
  return {
    name,
    pid,
    logFile,
    ended,
    isRunning: () => running,
    lastLines,
    stop: async (graceMs = 10_000) => {
      if (!running) return;
      signalGroup(pid, 'SIGTERM');
      const enough = new AbortController();
      const late = sleep(graceMs, true, { signal: enough.signal, ref: false }).catch(() => false);
      const isLate = await Promise.race([ended.then(() => false), late]);
      enough.abort();
      if (isLate && running) signalGroup(pid, 'SIGKILL');
      await ended;
    },
  };
}

/**
 * Asks again until `isReady` answers true.
 * @throws {HackError} `HACK_PROCESS_ENDED` with the end of its log when the process ends first, `HACK_NOT_READY` after
 *   `timeoutMs`, the signal's reason when it is aborted.
 */
export async function untilReady(
  child: ManagedProcess,
  isReady: () => Promise<boolean>,
  options: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const deadline = Date.now() + options.timeoutMs;
  while (!(await isReady())) {
    options.signal?.throwIfAborted();
    if (!child.isRunning()) throw await endedEarly(child);
    if (Date.now() > deadline) {
      const seconds = Math.round(options.timeoutMs / 1000);
      throw new HackError(
        'HACK_NOT_READY',
        `${child.name} was not ready after ${seconds} s; its log ${child.logFile} ends with:\n${await child.lastLines()}`,
      );
    }
    await sleep(50);
  }
}

/** What to say about a process that ended by itself. */
export async function endedEarly(child: ManagedProcess): Promise<HackError> {
  return new HackError(
    'HACK_PROCESS_ENDED',
    `${child.name} ended by itself (${await child.ended}); its log ${child.logFile} ends with:\n${await child.lastLines()}`,
  );
}
