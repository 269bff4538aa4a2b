import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkout } from '../paths.ts';
import { buildFailure } from './binaries.ts';
import { judgeGo } from './go.ts';
import { cacheFolder, cacheKey, kubernetesVersion, recipeOf, versionFlags } from './recipes.ts';

const recipe = { name: 'control-plane', target: '.', flags: ['-trimpath'], environment: { CGO_ENABLED: '0' } } as const;
const input = {
  recipe,
  sources: new Map([
    ['go.mod', 'module x'],
    ['main.go', 'package main'],
  ]),
  goVersion: 'go1.26.8',
  platform: 'linux/x64',
};

describe('cacheKey', () => {
  it('is the same for the same input, in whatever order the files come', () => {
    const reversed = new Map([...input.sources].toReversed());
    expect(cacheKey({ ...input, sources: reversed })).toBe(cacheKey(input));
    expect(cacheKey(input)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['a source', { ...input, sources: new Map([...input.sources, ['main.go', 'package main // changed']]) }],
    ['a file more', { ...input, sources: new Map([...input.sources, ['go.sum', '']]) }],
    ['the Go version', { ...input, goVersion: 'go1.26.9' }],
    ['the flags', { ...input, recipe: { ...recipe, flags: [] } }],
    ['the environment', { ...input, recipe: { ...recipe, environment: {} } }],
    ['the platform', { ...input, platform: 'darwin/arm64' }],
    ['the binary', { ...input, recipe: { ...recipe, name: 'kwok' as const } }],
  ])('changes with %s', (_what, changed) => {
    expect(cacheKey(changed)).not.toBe(cacheKey(input));
  });
});

describe('a recipe', () => {
  it('tells the control plane the version that its go.mod requires', async () => {
    const { flags } = await recipeOf('control-plane', join(checkout, 'hack', 'control-plane'));
    expect(flags.at(-1)).toMatch(/-X k8s\.io\/component-base\/version\.gitVersion=v1\.\d+\.\d+ /);
  });

  it('of the twin names every Go file that is built', async () => {
    const { module, sources } = await recipeOf('twin', join(checkout, 'hack', 'control-plane'));
    const built: string[] = [];
    for await (const file of glob('**/*.go', { cwd: module })) if (!file.endsWith('_test.go')) built.push(file);
    expect(built.toSorted()).toEqual(sources.filter((file) => file.endsWith('.go')).toSorted());
  });

  it('reads the version wherever it stands in go.mod', () => {
    expect(kubernetesVersion('require k8s.io/kubernetes v1.37.2\n')).toBe('v1.37.2');
    expect(kubernetesVersion('require (\n\tk8s.io/api v0.37.2\n\tk8s.io/kubernetes v1.38.0\n)\n')).toBe('v1.38.0');
    expect(() => kubernetesVersion('module x')).toThrow(/requires no/);
  });

  it('gives both version packages the same values', () => {
    expect(versionFlags('v1.37.2')).toContain('-X k8s.io/client-go/pkg/version.gitMinor=37');
    expect(versionFlags('v1.37.2')).toHaveLength(10);
  });
});

describe('cacheFolder', () => {
  it.each([
    [{}, '/home/x/.cache/portolan'],
    [{ XDG_CACHE_HOME: '/xdg' }, '/xdg/portolan'],
    [{ XDG_CACHE_HOME: '/xdg', PORTOLAN_CACHE: '/own' }, '/own'],
    [{ XDG_CACHE_HOME: '', PORTOLAN_CACHE: '' }, '/home/x/.cache/portolan'],
  ])('of %j is %s', (env, expected) => {
    expect(cacheFolder(env, '/home/x')).toBe(expected);
  });
});

describe('a Go that cannot build', () => {
  it.each([
    [
      'is missing',
      { stdout: '', stderr: 'spawn go ENOENT', code: 127 },
      'HACK_GO_MISSING',
      /Go is not installed.*1\.21/,
    ],
    [
      'is too old and may not fetch another',
      { stdout: '', stderr: 'go: go.mod requires go >= 1.26.0 (running go 1.24.1; GOTOOLCHAIN=local)\n', code: 1 },
      'HACK_GO_TOO_OLD',
      /Go 1\.24\.1 is too old.*Go 1\.26\.0.*GOTOOLCHAIN/,
    ],
    ['cannot fetch', { stdout: 'go1.20.4\n', stderr: '', code: 0 }, 'HACK_GO_TOO_OLD', /Go 1\.20\.4 is too old/],
    [
      'cannot read go.mod',
      { stdout: '', stderr: "go.mod:3: invalid go version '1.26.0'", code: 1 },
      'HACK_GO_TOO_OLD',
      /1\.21/,
    ],
    ['fails otherwise', { stdout: '', stderr: 'go: no home', code: 1 }, 'HACK_BUILD_FAILED', /no home/],
  ])('%s: one clear sentence', (_what, answer, code, message) => {
    expect(() => judgeGo(answer)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it('is told from one that can', () => {
    expect(judgeGo({ stdout: 'go1.26.8\n', stderr: '', code: 0 })).toBe('go1.26.8');
    expect(judgeGo({ stdout: 'go1.27rc1\n', stderr: '', code: 0 })).toBe('go1.27rc1');
  });
});

describe('buildFailure', () => {
  it('names a full disk', () => {
    const failure = buildFailure('kwok', 'k8s.io/api\nwrite /cache/x: no space left on device\n', '/cache');
    expect(failure).toMatchObject({
      code: 'HACK_DISK_FULL',
      message: expect.stringMatching(/disk of \/cache is too full/),
    });
  });

  it('shows what the compiler said, without the packages that it compiled', () => {
    const failure = buildFailure('kwok', 'k8s.io/api/core/v1\n# x\n./main.go:3:1: syntax error\n', '/cache');
    expect(failure.code).toBe('HACK_BUILD_FAILED');
    expect(failure.message).toContain('./main.go:3:1: syntax error');
    expect(failure.message).not.toContain('core/v1');
  });
});
