import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkout } from '../paths.ts';
import { importsOf, packageNameOf, readWorkspace, resolveRelative, type WorkspacePackage } from './workspace.ts';

const packages = readWorkspace(checkout);
const byName = new Map(packages.map((each) => [each.name, each]));

/** Which package may import which. Whoever adds an arrow changes the design. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  '@portolan/crds': [],
  '@portolan/runtime': [],
  '@portolan/catalog': ['@portolan/crds'],
  '@portolan/local': ['@portolan/crds'],
  '@portolan/controllers': ['@portolan/crds', '@portolan/catalog', '@portolan/runtime'],
  '@portolan/api': ['@portolan/crds', '@portolan/catalog', '@portolan/runtime'],
  '@portolan/ui-lite': ['@portolan/api', '@portolan/catalog', '@portolan/crds'],
  '@portolan/operator': [
    '@portolan/crds',
    '@portolan/runtime',
    '@portolan/catalog',
    '@portolan/controllers',
    '@portolan/api',
    '@portolan/ui-lite',
  ],
  '@portolan/hack': [
    '@portolan/crds',
    '@portolan/local',
    '@portolan/runtime',
    '@portolan/catalog',
    '@portolan/controllers',
    '@portolan/api',
    '@portolan/ui-lite',
    '@portolan/operator',
  ],
};
/** What every test may use: the tools of the root's package.json, and what hack's declares for tests of all packages. */
const testTools = ['vitest', 'fast-check', ...devDependenciesOf('@portolan/hack')];
/** Every folder and file that the top level may have; dot files and what .gitignore names aside. */
const topLevel = new Set(
  'operator crds charts api ui-lite hack package.json README.md'
    .concat(' CONTRIBUTING.md LICENSE package-lock.json tsconfig.json vitest.config.ts node_modules coverage')
    .split(' '),
);

function devDependenciesOf(name: string): readonly string[] {
  return byName.get(name)?.devDependencies.filter((each) => !byName.has(each)) ?? [];
}

/** `path: specifier` of every import for which `isWrong` holds. */
function importsWhere(
  isWrong: (use: { from: WorkspacePackage; target: string; specifier: string; isTest: boolean }) => boolean,
): string[] {
  return packages.flatMap((from) =>
    from.files.flatMap(({ path, isTest, imports }) =>
      imports
        .filter((specifier) => {
          const target = packageNameOf(specifier);
          return target !== undefined && isWrong({ from, target, specifier, isTest });
        })
        .map((specifier) => `${path}: ${specifier}`),
    ),
  );
}

describe('the workspace', () => {
  it('has the packages of the design', () => {
    expect(packages.map(({ name }) => name).toSorted()).toEqual(Object.keys(arrows).toSorted());
  });

  it('imports along the arrows only', () => {
    // A test may also use what hack offers to tests.
    const wrong = importsWhere(
      ({ from, target, isTest }) =>
        byName.has(target) &&
        target !== from.name &&
        !arrows[from.name]?.includes(target) &&
        !(isTest && target === '@portolan/hack'),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps what ships free of hack', () => {
    expect(
      importsWhere(({ from, target, isTest }) => target === '@portolan/hack' && from.name !== target && !isTest),
    ).toEqual([]);
  });

  it('has no cycle between packages, neither in the arrows nor in the manifests', () => {
    const reaches = (from: string, to: string, next: (name: string) => readonly string[]): boolean =>
      next(from).some((each) => each === to || reaches(each, to, next));
    for (const { name } of packages) {
      expect(
        reaches(name, name, (each) => arrows[each] ?? []),
        name,
      ).toBe(false);
    }
    const dependenciesOf = (name: string): readonly string[] =>
      (byName.get(name)?.dependencies ?? []).filter((each) => byName.has(each));
    for (const { name } of packages) {
      for (const dependency of dependenciesOf(name)) expect(arrows[name], name).toContain(dependency);
    }
  });

  it('enters a package only by what it exports', () => {
    const wrong = importsWhere(({ target, specifier }) => {
      const entries = byName.get(target)?.entries;
      return entries !== undefined && !entries.includes(`.${specifier.slice(target.length)}`);
    });
    expect(wrong).toEqual([]);
  });

  it('leaves a package by no relative path', () => {
    const wrong = packages.flatMap(({ folder, files }) =>
      files.flatMap(({ path, imports, isTest }) =>
        imports
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => resolveRelative(path, specifier))
          .filter((file) => !file.startsWith(`${folder}/`))
          // Tests of every package share the control plane that hack starts.
          .filter((file) => !(isTest && file.startsWith('hack/src/testing/')))
          .map((file) => `${path}: ${file}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('takes test doubles into tests only', () => {
    expect(
      importsWhere(
        ({ from, specifier, isTest }) => !isTest && from.name !== '@portolan/hack' && specifier.endsWith('/testing'),
      ),
    ).toEqual([]);
  });

  it('declares in package.json what it imports', () => {
    const wrong = importsWhere(({ from, target, isTest }) => {
      if (target === from.name || from.dependencies.includes(target)) return false;
      const mayUseTools = isTest || from.name === '@portolan/hack';
      return !(mayUseTools && [...from.devDependencies, ...testTools].includes(target));
    });
    // Tests reach hack's control plane through the workspace; a dependency on it would be a cycle.
    expect(wrong.filter((each) => !each.endsWith('@portolan/hack'))).toEqual([]);
  });

  it('imports what it declares in package.json', () => {
    const usedByTests = packages.flatMap(({ files }) =>
      files.filter(({ isTest }) => isTest).flatMap(({ imports }) => imports.map(packageNameOf)),
    );
    const unused = packages.flatMap(({ name, dependencies, devDependencies, files }) => {
      const own = files.flatMap(({ imports }) => imports.map(packageNameOf));
      const used = new Set(name === '@portolan/hack' ? [...own, ...usedByTests] : own);
      return [...dependencies, ...devDependencies]
        .filter((each) => !used.has(each) && !each.startsWith('@types/'))
        .map((each) => `${name}: ${each}`);
    });
    expect(unused).toEqual([]);
  });

  it('says in a README of each package what lives there', () => {
    expect(packages.filter(({ hasReadme }) => !hasReadme).map(({ folder }) => folder)).toEqual([]);
  });

  it('has nothing at its top level that the design does not name', () => {
    const entries = readdirSync(checkout).filter((entry) => !entry.startsWith('.'));
    expect(entries.filter((entry) => !topLevel.has(entry))).toEqual([]);
  });
});

describe('importsOf', () => {
  it('finds every form of import and no other text', () => {
    const source = [
      "import { a } from './one.ts';",
      "import type { B } from '@two/b';",
      "export * from './three.ts';",
      "import {\n  c,\n  d as e,\n} from 'four/sub';",
      "import 'five';",
      "const six = await import('./six.ts');",
      "// import { x } from 'comment';",
      "/** @example import { y } from 'doc'; */",
      'const text = `import { z } from the sea`;',
      "import seven, { type F } from 'seven';",
      "import * as eight from 'eight';",
      "const nine = import.meta.resolve('./nine.js');",
    ].join('\n');
    const found = ['./one.ts', '@two/b', './three.ts', 'four/sub', 'five', './six.ts', 'seven', 'eight', './nine.js'];
    expect(importsOf(source)).toEqual(found);
  });

  it('names the package of a specifier', () => {
    expect(packageNameOf('@a/b/c')).toBe('@a/b');
    expect(packageNameOf('a/b')).toBe('a');
    expect(packageNameOf('./a.ts')).toBeUndefined();
    expect(packageNameOf('node:fs')).toBeUndefined();
  });
});
