import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, recordOf, type ProcessRecord } from '../process/process-record.ts';

/**
 * Holds a lock file while `work` runs, so that two builds of one binary do not share the machine. A lock whose owner is
 * dead is taken over.
 *
 * @param options.onWait called once when somebody else holds it
 */
export async function withLock<T>(
  file: string,
  options: { onWait: (owner: ProcessRecord) => void; signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  let waited = false;
  while (!tryLock(file)) {
    options.signal?.throwIfAborted();
    const owner = ownerOf(file);
    if (owner !== undefined && !isAlive(owner)) {
      rmSync(file, { force: true });
      continue;
    }
    if (owner !== undefined && !waited) {
      waited = true;
      options.onWait(owner);
    }
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Written aside and then linked, so that the lock never exists without its owner's name in it. */
function tryLock(file: string): boolean {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify(recordOf('build', process.pid)));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function ownerOf(file: string): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord;
  } catch {
    // Released in between.
    return undefined;
  }
}
