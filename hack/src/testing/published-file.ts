import { hash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HackError } from '../errors.ts';
import { checkout } from '../paths.ts';
import { run } from '../process/run.ts';

/** Below node_modules, so that what the file imports is found there. */
const cache = join(checkout, 'node_modules', '.cache', 'portolan');

/** One file of a published package, named exactly. */
export interface PublishedFile {
  /** `name@version`. */
  name: string;
  /** Of the tarball, as the registry has it: `sha512-…`. */
  integrity: string;
  /** Path in the tarball. */
  file: string;
}

/**
 * Brings one module of a package whose other dependencies a test has no use for; its own imports must be installed. It
 * is fetched once per checkout, with npm's own cache and registry, and is exactly what was published. Gives its URL.
 *
 * @throws {HackError} `HACK_PUBLISHED_FILE` when it cannot be had, or is not what it should be
 */
export async function publishedFile({ name, integrity, file }: PublishedFile): Promise<string> {
  const target = join(cache, hash('sha256', `${integrity} ${file}`).slice(0, 16), 'module.mjs');
  if (!(await isThere(target))) await bring({ name, integrity, file, target });
  return pathToFileURL(target).href;
}

async function bring(options: PublishedFile & { target: string }): Promise<void> {
  const { name, integrity, file, target } = options;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'fetch-'));
  try {
    const words = ['pack', name, '--pack-destination', folder, '--prefer-offline', '--ignore-scripts', '--json'];
    const packed = await run(['npm'], words, { cwd: folder, timeoutMs: 120_000 });
    if (packed.code !== 0)
      throw failed(name, `npm pack ended with ${packed.code}: ${packed.stderr.trim().slice(-500)}`);
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
    const tarball = join(folder, filename);
    const found = `sha512-${hash('sha512', await readFile(tarball), 'base64')}`;
    if (found !== integrity) throw failed(name, `its integrity is ${found} and should be ${integrity}`);
    const unpacked = await run(['tar'], ['-xzf', tarball, '-C', folder, file]);
    if (unpacked.code !== 0) throw failed(name, unpacked.stderr.trim());
    await mkdir(dirname(target), { recursive: true });
    await rename(join(folder, file), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function failed(name: string, why: string): HackError {
  return new HackError('HACK_PUBLISHED_FILE', `failed to fetch ${name}: ${why}`);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
