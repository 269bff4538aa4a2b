import { spawn } from 'node:child_process';
import type { Command } from './managed-process.ts';

export interface RunResult {
  stdout: string;
  stderr: string;
  /** Exit code; 127 when the program could not be started, 143 when it was ended by a signal or `timeoutMs`. */
  code: number;
}

/** Runs a program to its end and collects its output. Never throws for a program that fails. */
export async function run(
  command: Command,
  args: readonly string[],
  options: {
    input?: string | undefined;
    env?: NodeJS.ProcessEnv | undefined;
    cwd?: string | undefined;
    timeoutMs?: number | undefined;
    signal?: AbortSignal | undefined;
    /** Called with each line of stderr as it comes. */
    onErrorLine?: ((line: string) => void) | undefined;
  } = {},
): Promise<RunResult> {
  const [program, ...prefix] = command;
  const child = spawn(program, [...prefix, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    cwd: options.cwd,
    timeout: options.timeoutMs,
    signal: options.signal,
  });
  let stdout = '';
  let stderr = '';
  let lineStart = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (options.onErrorLine === undefined) return;
    const lines = (lineStart + text).split('\n');
    lineStart = lines.pop() ?? '';
    for (const line of lines) options.onErrorLine(line);
  });
  // A program that ends without reading its input is not an error of ours.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ stdout, stderr: stderr + error.message, code: 127 }));
    child.once('close', (code) => resolve({ stdout, stderr, code: code ?? 143 }));
  });
}
