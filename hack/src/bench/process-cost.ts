import { readFile } from 'node:fs/promises';

/** What a process has taken so far. */
export interface ProcessCost {
  /** User and system time of all its threads. */
  cpuSeconds: number;
  rssMiB: number;
  /** The largest resident set it ever had. */
  peakRssMiB: number;
}

/** Linux counts process times in hundredths of a second, whatever the kernel's own clock does (USER_HZ). */
const ticksPerSecond = 100;

/** Reads it from /proc; fails when the process is gone. */
export async function processCost(pid: number): Promise<ProcessCost> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  return parseProcessCost(stat, status);
}

/** The same from the texts of `/proc/PID/stat` and `/proc/PID/status`. */
export function parseProcessCost(stat: string, status: string): ProcessCost {
  // The second field is the program's name in brackets and may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const kibibytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    rssMiB: kibibytes('VmRSS') / 1024,
    peakRssMiB: kibibytes('VmHWM') / 1024,
  };
}
