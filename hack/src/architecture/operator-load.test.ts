import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkout } from '../paths.ts';
import { importsOf, packageNameOf, readWorkspace, resolveRelative } from './workspace.ts';

/** What loads where an operator runs: `main.ts`, and the half of the wiring that role `operator` asks for. */
const entries = ['operator/app/src/main.ts', 'operator/app/src/wiring/operator.ts'];
const packages = new Map(readWorkspace(checkout).map((each) => [each.name, each.folder]));

/** Imports that are there when the program runs: those of types and those on demand are not. */
function loadedImports(path: string): string[] {
  const source = readFileSync(join(checkout, path), 'utf8');
  const kept = source
    .replaceAll(/^(import|export) type [\s\S]*?;$/gm, '')
    .replaceAll(/\bimport\(\s*['"][^'"\n]+['"]/g, '');
  return importsOf(kept);
}

function fileOf(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return resolveRelative(from, specifier);
  const name = packageNameOf(specifier) ?? '';
  const folder = packages.get(name);
  if (folder === undefined) return undefined;
  const { exports } = JSON.parse(readFileSync(join(checkout, folder, 'package.json'), 'utf8')) as {
    exports: Record<string, string>;
  };
  return join(folder, exports[`.${specifier.slice(name.length)}`] ?? '');
}

it('an operator loads no web framework, no templates and no schemas', () => {
  const seen = new Set<string>(entries);
  const external = new Set<string>();
  for (const path of seen) {
    for (const specifier of loadedImports(path)) {
      const file = fileOf(path, specifier);
      const name = packageNameOf(specifier);
      if (file !== undefined) seen.add(file);
      else if (name !== undefined) external.add(name);
    }
  }
  expect(seen.size).toBeGreaterThan(80);
  // Each of these is paid for by every operator: hack/decisions/0040-a-light-start.md has the figures.
  expect([...external].toSorted()).toEqual(['pino', 'prom-client', 'undici']);
});
