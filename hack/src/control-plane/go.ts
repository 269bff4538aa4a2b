import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HackError } from '../errors.ts';
import { run } from '../process/run.ts';

const oldestGo = { major: 1, minor: 21 };

/**
 * The Go version that builds in a module's folder, such as `go1.26.8`. A Go from 1.21 on fetches the one that the module
 * asks for, unless `GOTOOLCHAIN=local` forbids it.
 * @throws {HackError} `HACK_GO_MISSING`, `HACK_GO_TOO_OLD`
 */
export async function goVersionIn(module: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout, stderr, code } = await run(['go'], ['env', 'GOVERSION'], { cwd: module, env });
  return judgeGo({ stdout, stderr, code });
}

/** Reads what `go env GOVERSION` answered. */
export function judgeGo(answer: { stdout: string; stderr: string; code: number }): string {
  if (answer.code === 127) {
    throw new HackError(
      'HACK_GO_MISSING',
      'Go is not installed; the control plane is built with Go 1.21 or newer (or install Docker and kind, or set KUBEBUILDER_ASSETS).',
    );
  }
  // "go: go.mod requires go >= 1.26.0 (running go 1.24.1; GOTOOLCHAIN=local)"
  const needed = /requires go >= ([\d.]+) \(running go ([\d.]+)/.exec(answer.stderr);
  if (needed !== null) {
    throw new HackError(
      'HACK_GO_TOO_OLD',
      `Go ${needed[2]} is too old: the control plane needs Go ${needed[1]}; install it, or unset GOTOOLCHAIN so that Go fetches it.`,
    );
  }
  const version = answer.stdout.trim();
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (answer.code !== 0 || major === undefined || minor === undefined) {
    // A Go before 1.21 does not understand a go line with a patch version.
    if (/invalid go version|unknown directive/.test(answer.stderr)) throw tooOld('this Go');
    throw new HackError('HACK_BUILD_FAILED', `go env GOVERSION failed: ${answer.stderr.trim() || version}`);
  }
  if (Number(major) === oldestGo.major && Number(minor) < oldestGo.minor) throw tooOld(version.replace('go', 'Go '));
  return version;
}

function tooOld(what: string): HackError {
  return new HackError(
    'HACK_GO_TOO_OLD',
    `${what} is too old: install Go 1.21 or newer, which fetches the Go it needs.`,
  );
}

/**
 * A full disk in the middle of a build is found out late and leaves rubbish, so the space is checked before.
 * @throws {HackError} `HACK_DISK_FULL`
 */
export async function requireFreeSpace(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(await existingParent(folder));
  const freeBytes = bavail * bsize;
  if (freeBytes < neededBytes) throw diskFull(folder, { freeBytes, neededBytes });
}

export function diskFull(folder: string, space?: { freeBytes: number; neededBytes: number }): HackError {
  const figures =
    space === undefined ? '' : `: ${gigabytes(space.freeBytes)} free, the build needs ${gigabytes(space.neededBytes)}`;
  return new HackError(
    'HACK_DISK_FULL',
    `The disk of ${folder} is too full${figures}; free some space, or set GOCACHE and PORTOLAN_CACHE to folders elsewhere.`,
  );
}

async function existingParent(folder: string): Promise<string> {
  const exists = await statfs(folder).then(
    () => true,
    () => false,
  );
  return exists || dirname(folder) === folder ? folder : existingParent(dirname(folder));
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
