import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process as a file remembers it. The start time tells it from a stranger who got the same id later. */
export interface ProcessRecord {
  name: string;
  pid: number;
  startedAt: string;
}

/** Opaque text that differs between two processes that have had this id; undefined when none has it now. */
export function processStart(pid: number): string | undefined {
  if (process.platform !== 'linux') return startByPs(pid);
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  return startOfStat(stat);
}

/** Field 22 of proc(5)'s stat: the start in clock ticks after boot. A zombie has ended. */
export function startOfStat(stat: string): string | undefined {
  // The command's name may contain spaces and parentheses; after the last one come fields 3 and up.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function startByPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const text = (stdout ?? '').trim();
  return text === '' || text.startsWith('Z') ? undefined : text.replace(/^\S+\s+/, '');
}

export function isAlive(record: ProcessRecord): boolean {
  return processStart(record.pid) === record.startedAt;
}

/** Undefined when the process has already ended. */
export function recordOf(name: string, pid: number): ProcessRecord | undefined {
  const startedAt = processStart(pid);
  return startedAt === undefined ? undefined : { name, pid, startedAt };
}

/** Records of a file, oldest first; none when it is absent or damaged. */
export function readRecords(file: string): ProcessRecord[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
  return Array.isArray(parsed) ? parsed.filter(isRecord) : [];
}

/** Replaces the file in one step, so that a reader never sees half of it. */
export function writeRecords(file: string, records: readonly ProcessRecord[]): void {
  const next = `${file}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(records, null, 2)}\n`, { mode: 0o600 });
  renameSync(next, file);
}

/**
 * Ends what is still alive of these, the youngest first: SIGTERM to the process group, then SIGKILL after `graceMs`.
 * Returns those that were alive.
 */
export async function stopRecorded(records: readonly ProcessRecord[], graceMs = 10_000): Promise<ProcessRecord[]> {
  const stopped: ProcessRecord[] = [];
  for (const record of records.toReversed()) {
    if (!isAlive(record)) continue;
    stopped.push(record);
    signalGroup(record.pid, 'SIGTERM');
    const deadline = Date.now() + graceMs;
    while (isAlive(record) && Date.now() < deadline) await sleep(20);
    if (isAlive(record)) signalGroup(record.pid, 'SIGKILL');
    while (isAlive(record)) await sleep(20);
  }
  return stopped;
}

/** Signals a process with all of its children, or it alone when it leads no group. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function isRecord(value: unknown): value is ProcessRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { name, pid, startedAt } = value as Partial<ProcessRecord>;
  // Ids of 1 and below address init and whole groups; a damaged file must never reach them.
  return typeof name === 'string' && typeof startedAt === 'string' && Number.isInteger(pid) && (pid ?? 0) > 1;
}
