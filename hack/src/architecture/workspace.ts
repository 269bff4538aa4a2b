import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** One package of the workspace, as its files are. */
export interface WorkspacePackage {
  name: string;
  /** Relative to the checkout, such as `operator/runtime`. */
  folder: string;
  /** Subpaths that others may import: `.` and those below it. */
  entries: readonly string[];
  dependencies: readonly string[];
  devDependencies: readonly string[];
  hasReadme: boolean;
  files: readonly SourceFile[];
}

export interface SourceFile {
  /** Relative to the checkout. */
  path: string;
  /** Tests, and what only tests import: it may use devDependencies and `testing` entries. */
  isTest: boolean;
  imports: readonly string[];
}

interface Manifest {
  name: string;
  exports?: Record<string, unknown>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const packageFolders = ['crds', 'operator/*', 'api', 'ui-lite', 'hack'];

export function readWorkspace(checkout: string): WorkspacePackage[] {
  return packageFolders
    .flatMap((pattern) => (pattern.endsWith('/*') ? childFolders(checkout, dirname(pattern)) : [pattern]))
    .map((folder) => readPackage(checkout, folder));
}

/** Specifiers of all imports in a source text: static, dynamic, resolved, re-exports and side effects; not those in comments. */
export function importsOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const pattern =
    /(?:^|[;\n}])\s*(?:import|export)\s(?:[\w\s{},*$]*?\sfrom\s*)?['"]([^'"\n]+)['"]|\bimport(?:\.meta\.resolve)?\(\s*['"]([^'"\n]+)['"]/g;
  return [...code.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '');
}

/** The package that a specifier names, such as `@scope/name` of `@scope/name/sub`; undefined for files and Node's own. */
export function packageNameOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

/** The file that a relative import means, relative to the checkout. */
export function resolveRelative(from: string, specifier: string): string {
  return normalize(join(dirname(from), specifier));
}

function readPackage(checkout: string, folder: string): WorkspacePackage {
  const manifest = JSON.parse(readFileSync(join(checkout, folder, 'package.json'), 'utf8')) as Manifest;
  const source = join(checkout, folder, 'src');
  const paths = existsSync(source)
    ? readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
    : [];
  return {
    name: manifest.name,
    folder,
    entries: Object.keys(manifest.exports ?? {}),
    dependencies: Object.keys(manifest.dependencies ?? {}),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
    hasReadme: existsSync(join(checkout, folder, 'README.md')),
    files: paths.map((path) => ({
      path: relative(checkout, join(source, path)),
      isTest: path.endsWith('.test.ts') || path.split('/').includes('testing') || path.endsWith('.d.ts'),
      imports: importsOf(readFileSync(join(source, path), 'utf8')),
    })),
  };
}

function childFolders(checkout: string, folder: string): string[] {
  return readdirSync(join(checkout, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(checkout, folder, entry.name, 'package.json')))
    .map((entry) => `${folder}/${entry.name}`)
    .toSorted();
}
