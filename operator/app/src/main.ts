import { pino } from 'pino';
import { ConfigError, parseConfig, usage } from './config.ts';
import { version } from './version.ts';
import { wire } from './wire.ts';

/**
 * The entry of every role and command. Exit codes: 0 after a drained stop, 1 after a failure or a second signal, 2 for a
 * configuration that cannot be used.
 */
async function main(): Promise<number> {
  const args = process.argv.slice(2);
  if (args[0] === 'adopt') {
    // Loaded here only: no role needs it.
    const { adopt } = await import('./commands/adopt/adopt.ts');
    return adopt(args.slice(1), process.env, {
      out: (text) => void process.stdout.write(text),
      error: (text) => void process.stderr.write(text),
    });
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage());
    return 0;
  }
  let config;
  try {
    config = parseConfig(args, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`portolan: ${error.message}\n`);
    return 2;
  }

  const log = pino({ level: config['log-level'], base: { role: config.role } });
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(1);
      log.info({ signal }, 'stopping');
      stop.abort();
    });
  }
  // A rejection nobody awaited is a bug; a visible crash beats a process that is half alive.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, event);
      log.flush(() => process.exit(1));
    });
  }

  log.info({ version, node: process.version, config }, 'starting');
  try {
    await wire({ config, log, stop: stop.signal });
    log.info('stopped');
    return 0;
  } catch (error) {
    log.fatal({ err: error }, 'failed');
    return 1;
  }
}

process.exit(await main());
