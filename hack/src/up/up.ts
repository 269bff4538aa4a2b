import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../control-plane/tools.ts';
import { HackError } from '../errors.ts';
import { follow } from '../process/follow.ts';
import { isAlive } from '../process/process-record.ts';
import { defaultPort, type UpArgs } from './args.ts';
import { stopLeftovers } from './down.ts';
import { clockTime } from './log-lines.ts';
import { disagreement, openState, type Ready, type UpState } from './state.ts';
import { supervise } from './supervise.ts';

export interface UpEnvironment {
  /** The flags as they were given, to hand them on. */
  argv: readonly string[];
  /** Ends it, by Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** Standard output. With `--detach` it carries the one JSON line and nothing else. */
  print: (line: string) => void;
  /** Standard error. */
  note: (line: string) => void;
}

/** `hack/up`: shows what runs, or starts it. Returns the exit code. */
export async function up(args: UpArgs, environment: UpEnvironment): Promise<number> {
  const state = openState(args.state);
  const running = await findRunning(state, args, environment);
  if (running !== undefined) {
    await show(running, { args, state, environment, isOwner: false });
    return 0;
  }
  if (args.detach && !args.supervise) return detach(state, environment);

  const port = args.port ?? defaultPort;
  const samples = args.samples ?? (args.context === undefined && args.kubeconfig === undefined);
  const claim = { port, samples, context: args.context ?? null, kubeconfig: args.kubeconfig ?? null };
  // Another one was faster: show that one.
  if (!state.tryClaim(claim)) return up(args, environment);
  const print = args.detach ? environment.note : environment.print;
  const log = (line: string): void => print(`${clockTime(new Date())} up    ${line}`);
  await supervise({
    args,
    port,
    samples,
    state,
    log,
    operatorLog: print,
    signal: environment.signal,
    onReady: (ready) => {
      if (!args.supervise) void show(ready, { args, state, environment, isOwner: true });
    },
  });
  return 0;
}

/**
 * What runs here already; waits for one that is still starting. Clears away what a killed one left.
 * @throws {HackError} `HACK_RUNNING` when it runs with other flags
 */
async function findRunning(state: UpState, args: UpArgs, { note, signal }: UpEnvironment): Promise<Ready | undefined> {
  const found = state.claim();
  if (found === undefined) return undefined;
  const { claim, alive } = found;
  if (!alive) {
    note('An earlier hack/up was killed; stopping what it left.');
    await stopLeftovers(state);
    state.clear();
    return undefined;
  }
  const other = disagreement(claim, args);
  if (other !== undefined) {
    throw new HackError('HACK_RUNNING', `This checkout already runs with ${other}; stop it with hack/down first.`);
  }
  if (state.ready() === undefined) note(`hack/up is starting in process ${claim.process.pid}; waiting for it.`);
  while (isAlive(claim.process)) {
    const ready = state.ready();
    if (ready !== undefined) return ready;
    signal.throwIfAborted();
    await sleep(100);
  }
  throw new HackError('HACK_NOT_READY', `The hack/up that was starting has ended; its log is ${state.logFile}.`);
}

async function show(
  ready: Ready,
  context: { args: UpArgs; state: UpState; environment: UpEnvironment; isOwner: boolean },
): Promise<void> {
  const { args, state, environment, isOwner } = context;
  if (args.detach) {
    environment.print(JSON.stringify(ready));
    return;
  }
  const hasKubectl = (await findProgram('kubectl', process.env['PATH'])) !== undefined;
  const script = join(state.file('bin'), 'kubectl');
  const kubectl = hasKubectl || !existsSync(script) ? `KUBECONFIG=${ready.kubeconfig} kubectl` : script;
  for (const line of [
    '',
    `  Portolan     ${ready.url}`,
    `  kubeconfig   ${ready.kubeconfig}`,
    `  try          ${kubectl} get catalog -A`,
    `               curl ${ready.url}/api/catalog/entities/by-query?limit=3`,
    `  logs         ${state.logs}`,
    `  stop         ${isOwner ? 'Ctrl-C here, or hack/down; the data goes with it' : 'hack/down'}`,
    '',
  ]) {
    environment.print(line);
  }
}

/** Starts the process that stays, shows its log, and returns when it is ready. */
async function detach(state: UpState, environment: UpEnvironment): Promise<number> {
  const { note, print, signal } = environment;
  mkdirSync(state.directory, { recursive: true, mode: 0o700 });
  rmSync(state.logFile, { force: true });
  const log = openSync(state.logFile, 'a', 0o600);
  const entry = join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, [entry, 'up', '--supervise', ...environment.argv], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(1));
  });
  let exitCode: number | undefined;
  void ended.then((code) => (exitCode = code));

  const done = new AbortController();
  const followed = follow(state.logFile, { onLine: note, signal: done.signal });
  try {
    for (;;) {
      const ready = state.ready();
      if (ready !== undefined && state.claim()?.alive === true) {
        print(JSON.stringify(ready));
        return 0;
      }
      if (signal.aborted) {
        child.kill('SIGTERM');
        await ended;
        return 130;
      }
      // It may have found another one that became ready in between; then there is a claim, and the loop sees it.
      if (exitCode !== undefined && exitCode !== 0) return exitCode;
      if (exitCode === 0 && state.claim()?.alive !== true) return 1;
      await sleep(50);
    }
  } finally {
    done.abort();
    await followed;
    child.unref();
  }
}
