import { join } from 'node:path';
import { HackError } from '../errors.ts';
import type { Command } from '../process/managed-process.ts';
import { run, type RunResult } from '../process/run.ts';

export interface Kubectl {
  /** Runs kubectl and answers with its output and exit code. */
  (args: readonly string[], options?: { input?: string; kubeconfig?: string; timeoutMs?: number }): Promise<RunResult>;
}

/**
 * kubectl bound to one kubeconfig file. It reads and writes nothing under the user's `~/.kube`: neither its current
 * context, nor its preferences, nor its cache.
 */
export function createKubectl(options: {
  command: Command;
  kubeconfig: string;
  context?: string | undefined;
  /** Folder for its discovery cache. */
  directory: string;
}): Kubectl {
  const { command, directory, context } = options;
  const selected = context === undefined ? [] : ['--context', context];
  return async (args, { input, kubeconfig = options.kubeconfig, timeoutMs } = {}) =>
    run(command, [...(kubeconfig === options.kubeconfig ? selected : []), ...args], {
      input,
      timeoutMs,
      env: {
        ...process.env,
        KUBECONFIG: kubeconfig,
        KUBECACHEDIR: join(directory, 'kubectl-cache'),
        KUBERC: 'off',
      },
    });
}

/**
 * Runs kubectl for its standard output.
 * @throws {HackError} `HACK_KUBECTL` with what it printed when it fails
 */
export async function outputOf(kubectl: Kubectl, args: readonly string[], input?: string): Promise<string> {
  const result = await kubectl(args, input === undefined ? {} : { input });
  if (result.code === 0) return result.stdout;
  throw new HackError('HACK_KUBECTL', `kubectl ${args.join(' ')} failed: ${result.stderr.trim() || result.code}`);
}
