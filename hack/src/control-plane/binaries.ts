import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { HackError } from '../errors.ts';
import { run } from '../process/run.ts';
import { withLock } from './build-lock.ts';
import { diskFull, goVersionIn, requireFreeSpace } from './go.ts';
import { cacheFolder, cacheKey, recipeOf, sourceKey, type BinaryName, type Recipe } from './recipes.ts';

const controlPlaneFolder = join(import.meta.dirname, '..', '..', 'control-plane');
const progressMs = 15_000;
/** Written beside a binary: what it was built from, for those who have no Go to ask for its version. */
const sourceFile = 'source';

/**
 * The path of a binary from the cache; it is built first when it is not there (5–7 minutes on two cores when Go's own
 * caches are empty, under a minute else).
 * @throws {HackError} `HACK_GO_MISSING`, `HACK_GO_TOO_OLD`, `HACK_DISK_FULL`, `HACK_BUILD_FAILED`
 */
export async function ensureBinary(
  name: BinaryName,
  options: { log: (line: string) => void; signal?: AbortSignal | undefined },
): Promise<string> {
  const recipe = await recipeOf(name, controlPlaneFolder);
  const sources = new Map<string, string>();
  for (const file of recipe.sources) sources.set(file, await readFile(join(recipe.module, file), 'utf8'));
  const cache = join(cacheFolder(process.env, homedir()), 'control-plane');
  const source = sourceKey(recipe, sources);
  const env = { ...process.env, ...recipe.environment };

  let goVersion: string;
  try {
    goVersion = await goVersionIn(recipe.module, env);
  } catch (error) {
    const built = await builtFrom(cache, name, source);
    if (built !== undefined) return built;
    throw error;
  }
  const platform = `${process.platform}/${process.arch}`;
  const folder = join(cache, cacheKey({ recipe, sources, goVersion, platform }));
  const binary = join(folder, name);
  if (await exists(binary)) return binary;

  const onWait = ({ pid }: { pid: number }): void => {
    options.log(`${name}: waiting for the build of process ${pid}`);
  };
  return withLock(`${folder}.lock`, { onWait, signal: options.signal }, async () => {
    if (await exists(binary)) return binary;
    await mkdir(folder, { recursive: true });
    const unfinished = join(folder, `${name}.${process.pid}`);
    try {
      await build({ recipe, output: unfinished, env, goVersion, ...options });
      await writeFile(join(folder, sourceFile), source);
      await rename(unfinished, binary);
    } finally {
      await rm(unfinished, { force: true });
    }
    return binary;
  });
}

async function build(options: {
  recipe: Recipe;
  output: string;
  env: NodeJS.ProcessEnv;
  goVersion: string;
  log: (line: string) => void;
  signal?: AbortSignal | undefined;
}): Promise<void> {
  const { recipe, output, env, log, signal } = options;
  const { name } = recipe;
  const goCache = await goFolder('GOCACHE', recipe.module, env);
  const goModules = await goFolder('GOMODCACHE', recipe.module, env);
  for (const folder of [goCache, goModules]) await requireFreeSpace(folder, recipe.freeBytes);

  log(`${name}: building with ${options.goVersion}, once; this takes minutes when Go's caches are empty`);
  const startedAt = Date.now();
  const elapsed = (): string => duration(Date.now() - startedAt);
  let compiled = 0;
  let downloaded = 0;
  const timer = setInterval(() => {
    const fetched = downloaded > 0 && compiled === 0 ? `, ${downloaded} modules fetched` : '';
    log(`${name}: ${elapsed()}, ${compiled} of about ${recipe.packageCount} packages compiled${fetched}`);
  }, progressMs);
  try {
    const args = ['build', '-v', ...recipe.flags, '-o', output, recipe.target];
    const result = await run(['go'], args, {
      cwd: recipe.module,
      env,
      signal,
      onErrorLine: (line) => {
        if (line.startsWith('go: downloading')) downloaded += 1;
        else if (line !== '') compiled += 1;
      },
    });
    signal?.throwIfAborted();
    if (result.code !== 0) throw buildFailure(name, result.stderr, goCache);
  } finally {
    clearInterval(timer);
  }
  log(`${name}: built in ${elapsed()}`);
}

/** One sentence from the end of what `go build` printed. */
export function buildFailure(name: string, stderr: string, goCache: string): HackError {
  if (/no space left on device|disk quota exceeded/i.test(stderr)) return diskFull(goCache);
  const lines = stderr.split('\n').filter((line) => line !== '' && !isPackagePath(line));
  return new HackError('HACK_BUILD_FAILED', `${name} could not be built; go says:\n${lines.slice(-10).join('\n')}`);
}

/** `go build -v` prints the path of each package that it compiles. */
function isPackagePath(line: string): boolean {
  return /^[\w.~/-]+$/.test(line);
}

async function goFolder(name: 'GOCACHE' | 'GOMODCACHE', module: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run(['go'], ['env', name], { cwd: module, env });
  return stdout.trim();
}

/** A binary of the same sources, whichever Go built it. */
async function builtFrom(cache: string, name: BinaryName, source: string): Promise<string | undefined> {
  for (const key of await readdir(cache).catch(() => [])) {
    const binary = join(cache, key, name);
    const from = await readFile(join(cache, key, sourceFile), 'utf8').catch(() => undefined);
    if (from === source && (await exists(binary))) return binary;
  }
  return undefined;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
