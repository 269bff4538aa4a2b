import { HackError } from '../errors.ts';
import { parseTestArgs, testUsage } from './test-args.ts';
import { runSteps } from './run-steps.ts';

/** The entry of `hack/test`. Exit codes: 0 when everything passed, 1 when something failed, 2 for wrong arguments. */
async function main(): Promise<number> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort();
    });
  }
  try {
    const args = parseTestArgs(process.argv.slice(2));
    if (args.help) {
      process.stdout.write(testUsage);
      return 0;
    }
    return await runSteps({ steps: args.steps, print, signal: stop.signal });
  } catch (error) {
    if (stop.signal.aborted) return 130;
    if (!(error instanceof HackError)) throw error;
    process.stderr.write(`hack/test: ${error.message}\n`);
    return error.code === 'HACK_USAGE' ? 2 : 1;
  }
}

process.exit(await main());
