import { findProgram } from '../control-plane/tools.ts';
import { run } from '../process/run.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The browser of the distribution; undefined when there is none. */
export async function findChromium(path: string | undefined): Promise<string | undefined> {
  for (const name of names) {
    const program = await findProgram(name, path);
    if (program !== undefined) return program;
  }
  return undefined;
}

/** Installs it where this user may: as root on a machine with apt. Returns why not, or undefined when it is there. */
export async function installChromium(log: (line: string) => void): Promise<string | undefined> {
  if ((await findChromium(process.env['PATH'])) !== undefined) return undefined;
  const apt = await findProgram('apt-get', process.env['PATH']);
  if (apt === undefined || process.getuid?.() !== 0) {
    return 'The browser tests need Chromium; install the chromium package of your distribution.';
  }
  log('chromium: installing it with apt-get');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run([apt], ['update', '-qq'], { env });
  const installed = await run([apt], ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
  if (installed.code === 0) return undefined;
  return `apt-get could not install chromium: ${installed.stderr.trim().split('\n').at(-1)}`;
}
