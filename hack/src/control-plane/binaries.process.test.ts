import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../process/run.ts';
import { withLock } from './build-lock.ts';
import { requireFreeSpace } from './go.ts';

const folder = mkdtempSync(join(tmpdir(), 'portolan-binaries-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('withLock', () => {
  it('lets one in at a time', async () => {
    const file = join(folder, 'one.lock');
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise(setImmediate);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 4 }, async () => withLock(file, { onWait: () => undefined }, work)));
    expect(most).toBe(1);
    expect(existsSync(file)).toBe(false);
  });

  it('takes over the lock of a dead process', async () => {
    const file = join(folder, 'dead.lock');
    writeFileSync(file, JSON.stringify({ name: 'build', pid: process.pid, startedAt: 'long ago' }));
    expect(await withLock(file, { onWait: () => undefined }, async () => 'done')).toBe('done');
  });
});

describe('requireFreeSpace', () => {
  it('says what is free and what is needed, for a folder that need not exist yet', async () => {
    const cache = join(folder, 'not', 'yet');
    await expect(requireFreeSpace(cache, 1)).resolves.toBeUndefined();
    await expect(requireFreeSpace(cache, 1e18)).rejects.toMatchObject({
      code: 'HACK_DISK_FULL',
      message: expect.stringMatching(/too full: \d+\.\d GB free, the build needs 1000000000\.0 GB/),
    });
  });
});

describe('the build of a binary', () => {
  // The real one takes minutes; a Go that writes the output shows everything around it.
  const bin = join(folder, 'bin');
  const cache = join(folder, 'cache');
  const script = join(import.meta.dirname, 'binaries.ts');
  const ensure = async (environment: NodeJS.ProcessEnv): Promise<Awaited<ReturnType<typeof run>>> => {
    const code = `import(${JSON.stringify(script)}).then(({ ensureBinary }) => ensureBinary('kwok', { log: console.error })).then(console.log, (error) => { console.log(error.code); process.exit(1); })`;
    return run([process.execPath], ['-e', code], { env: { ...process.env, PORTOLAN_CACHE: cache, ...environment } });
  };
  const fakeGo = (build: string): void => {
    mkdirSync(bin, { recursive: true });
    const answer = 'if [ "$1 $2" = "env GOVERSION" ]; then echo go1.26.8; elif [ "$1" = env ]; then echo /tmp; else';
    writeFileSync(join(bin, 'go'), `#!/bin/sh\n${answer} ${build}; fi\n`, { mode: 0o755 });
  };
  const path = `${bin}:${process.env['PATH'] ?? ''}`;

  it('happens once for two that ask at the same time, and is found in the cache by the third', async () => {
    fakeGo(
      `echo k8s.io/x >&2; echo built >> ${join(folder, 'builds')}; while [ "$1" != -o ]; do shift; done; echo x > "$2"`,
    );
    const [first, second] = await Promise.all([ensure({ PATH: path }), ensure({ PATH: path })]);
    const third = await ensure({ PATH: path });
    expect(first.stdout).toContain('/kwok');
    expect(second.stdout).toBe(first.stdout);
    expect(third).toEqual({ stdout: first.stdout, stderr: '', code: 0 });
    expect(readFileSync(join(folder, 'builds'), 'utf8')).toBe('built\n');
    expect(existsSync(`${first.stdout.trim()}.lock`)).toBe(false);
  });

  it('is not needed by a machine without Go when the cache has it', async () => {
    const found = await ensure({ PATH: '/nonexistent' });
    expect(found.code).toBe(0);
    expect(found.stdout).toContain('/kwok');
  });

  it('says that Go is missing when the cache has nothing', async () => {
    const answer = await ensure({ PATH: '/nonexistent', PORTOLAN_CACHE: join(folder, 'empty') });
    expect(answer).toMatchObject({ stdout: 'HACK_GO_MISSING\n', code: 1 });
  });

  it('leaves nothing half built', async () => {
    fakeGo('while [ "$1" != -o ]; do shift; done; echo half > "$2"; echo "write: no space left on device" >&2; exit 1');
    const answer = await ensure({ PATH: path, PORTOLAN_CACHE: join(folder, 'full') });
    expect(answer).toMatchObject({ stdout: 'HACK_DISK_FULL\n', code: 1 });
    const { stdout } = await run(['find'], [join(folder, 'full'), '-type', 'f']);
    expect(stdout).toBe('');
  });
});
