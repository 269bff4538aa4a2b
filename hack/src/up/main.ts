import { HackError } from '../errors.ts';
import { downUsage, parseDownArgs, parseUpArgs, upUsage } from './args.ts';
import { down } from './down.ts';
import { up } from './up.ts';

/** The entry of `hack/up` and `hack/down`. Exit codes: 0, 1 after a failure, 2 for wrong flags, 130 after Ctrl-C. */
async function main(): Promise<number> {
  const [command, ...argv] = process.argv.slice(2);
  const note = (line: string): void => void process.stderr.write(`${line}\n`);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort();
    });
  }
  try {
    if (command === 'down') {
      const args = parseDownArgs(argv, process.cwd());
      if (args.help) print(downUsage);
      else await down(args.state, note);
      return 0;
    }
    const args = parseUpArgs(argv, process.cwd());
    if (args.help) {
      print(upUsage);
      return 0;
    }
    return await up(args, { argv, signal: stop.signal, print, note });
  } catch (error) {
    if (stop.signal.aborted) return 130;
    if (!(error instanceof HackError)) throw error;
    note(`hack/${command}: ${error.message}`);
    return error.code === 'HACK_USAGE' ? 2 : 1;
  }
}

process.exit(await main());
