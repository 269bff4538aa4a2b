import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type BinaryName = 'control-plane' | 'kwok' | 'twin';

/** How one binary is built from a Go module of ours. */
export interface Recipe {
  name: BinaryName;
  /** Folder of its go.mod. */
  module: string;
  /** Files that decide what comes out, beside the Go version and the flags. */
  sources: readonly string[];
  /** The package to build, as `go build` takes it. */
  target: string;
  flags: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Free space that a build with empty caches takes; measured 8 GB and 2 GB. */
  freeBytes: number;
  /** Packages compiled in a build with empty caches; only for the progress line. */
  packageCount: number;
}

const gibibyte = 1024 ** 3;
// Without VCS stamping the binary does not depend on the checkout that it was built in.
const commonFlags = ['-trimpath', '-buildvcs=false'];
const environment = { GOFLAGS: '-mod=readonly', CGO_ENABLED: '0' };

/** The twin's Go files, beside its go.mod: a file that is missing here would not make a new binary when it changes. */
const twinSources = [
  'main.go',
  'entity/entity.go',
  'entity/kinds.go',
  'entity/specs.go',
  'entity/status.go',
  'refs/ref.go',
  'relations/controllers.go',
  'relations/grace.go',
  'relations/index.go',
  'relations/reconciler.go',
  'relations/status.go',
];

/** The recipe of a binary; `hack/control-plane` is read for the Kubernetes version. */
export async function recipeOf(name: BinaryName, controlPlaneFolder: string): Promise<Recipe> {
  if (name === 'kwok') {
    return {
      name,
      module: join(controlPlaneFolder, 'kwok'),
      sources: ['go.mod', 'go.sum'],
      target: 'sigs.k8s.io/kwok/cmd/kwok',
      flags: [...commonFlags, '-ldflags', '-s -w'],
      environment,
      freeBytes: 3 * gibibyte,
      packageCount: 1_080,
    };
  }
  if (name === 'twin') {
    return {
      name,
      module: join(controlPlaneFolder, '..', 'src', 'bench', 'twin-go'),
      sources: ['go.mod', 'go.sum', ...twinSources],
      target: '.',
      flags: [...commonFlags, '-ldflags', '-s -w'],
      environment,
      freeBytes: 3 * gibibyte,
      packageCount: 820,
    };
  }
  const module = join(controlPlaneFolder, 'cluster');
  const version = kubernetesVersion(await readFile(join(module, 'go.mod'), 'utf8'));
  return {
    name,
    module,
    sources: ['go.mod', 'go.sum', 'main.go'],
    target: '.',
    flags: [...commonFlags, '-ldflags', ['-s -w', ...versionFlags(version)].join(' ')],
    environment,
    freeBytes: 10 * gibibyte,
    packageCount: 2_080,
  };
}

/** The version that a go.mod requires of Kubernetes, such as `v1.37.2`. */
export function kubernetesVersion(goMod: string): string {
  const version = /^\s*(?:require\s+)?k8s\.io\/kubernetes\s+(v\d+\.\d+\.\d+)\s*$/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error('go.mod requires no k8s.io/kubernetes');
  return version;
}

/**
 * Linker flags that tell the programs their version. Without them the server reports v0.0.0, and code that depends on
 * the version misbehaves.
 */
export function versionFlags(version: string): string[] {
  const [major = '', minor = ''] = version.slice(1).split('.');
  const values = {
    gitVersion: version,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    // Any fixed date: a build must not depend on when it ran.
    buildDate: '1970-01-01T00:00:00Z',
  };
  return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) =>
    Object.entries(values).map(([name, value]) => `-X ${path}.${name}=${value}`),
  );
}

/** Names everything that decides the binary: equal keys, equal binaries. `goVersion` as `go env GOVERSION` prints it. */
export function cacheKey(input: {
  recipe: Pick<Recipe, 'name' | 'target' | 'flags' | 'environment'>;
  /** Content by file name. */
  sources: ReadonlyMap<string, string>;
  goVersion: string;
  platform: string;
}): string {
  const { recipe, sources, goVersion, platform } = input;
  return sha256(JSON.stringify([sourceKey(recipe, sources), goVersion, platform]));
}

/** The same without the Go version: what the checkout asks for, whoever compiles it. */
export function sourceKey(
  recipe: Pick<Recipe, 'name' | 'target' | 'flags' | 'environment'>,
  sources: ReadonlyMap<string, string>,
): string {
  const files = [...sources].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify([recipe.name, recipe.target, recipe.flags, recipe.environment, files]));
}

/** Folder outside the repository where built binaries stay: `PORTOLAN_CACHE`, else the user's cache folder. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const named = env['PORTOLAN_CACHE'];
  if (named !== undefined && named !== '') return named;
  const xdg = env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(home, '.cache'), 'portolan');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
