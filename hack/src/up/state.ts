import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, readRecords, recordOf, writeRecords, type ProcessRecord } from '../process/process-record.ts';
import type { UpArgs } from './args.ts';

/** What `up` prints when everything is ready. */
export interface Ready {
  url: string;
  kubeconfig: string;
  /** Bearer token for the API; null until there is sign-in. */
  token: null;
}

/** Who runs here, and with which flags. */
export interface Claim {
  process: ProcessRecord;
  port: number;
  samples: boolean;
  context: string | null;
  kubeconfig: string | null;
}

/** A cluster that `down` must remove even when `up` was killed, or must leave with a word about it. */
export type ClusterNote = { mode: 'kind'; name: string } | { mode: 'context'; name: string } | { mode: 'local' };

/** The folder of one run of `up`: one writer at a time, found again by `down` and by the next `up`. */
export interface UpState {
  readonly directory: string;
  readonly logFile: string;
  readonly logs: string;
  file(name: string): string;
  /** The claim, and whether its process still lives. */
  claim(): { claim: Claim; alive: boolean } | undefined;
  /** Takes the folder for this process; false when another one has it. */
  tryClaim(claim: Omit<Claim, 'process'>): boolean;
  ready(): Ready | undefined;
  markReady(ready: Ready): void;
  processes(): ProcessRecord[];
  remember(record: ProcessRecord): void;
  cluster(): ClusterNote | undefined;
  noteCluster(note: ClusterNote): void;
  /** Removes what earlier runs left, but not the claim of this one. */
  clean(): void;
  /** Removes all files, or all but the logs. */
  clear(keepLogs?: boolean): void;
}

export function openState(directory: string): UpState {
  const file = (name: string): string => join(directory, name);
  const claimFile = file('up.json');
  const processesFile = file('processes.json');
  const logFile = file('up.log');
  const logs = file('logs');
  const removeAllBut = (kept: readonly string[]): void => {
    for (const name of readdirSync(directory)) {
      if (!kept.includes(file(name))) rmSync(file(name), { recursive: true, force: true });
    }
  };

  return {
    directory,
    logFile,
    logs,
    file,
    claim: () => {
      const claim = readJson<Claim>(claimFile);
      return claim === undefined ? undefined : { claim, alive: isAlive(claim.process) };
    },
    tryClaim: (wanted) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const own = `${claimFile}.${process.pid}`;
      writeFileSync(own, JSON.stringify({ process: recordOf('up', process.pid), ...wanted }), { mode: 0o600 });
      try {
        // Linked, not written: the claim never exists half.
        linkSync(own, claimFile);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      } finally {
        rmSync(own, { force: true });
      }
    },
    ready: () => readJson<Ready>(file('ready.json')),
    markReady: (ready) => {
      writeJson(file('ready.json'), ready);
    },
    processes: () => readRecords(processesFile),
    remember: (record) => {
      writeRecords(processesFile, [...readRecords(processesFile), record]);
    },
    cluster: () => readJson<ClusterNote>(file('cluster.json')),
    noteCluster: (note) => {
      writeJson(file('cluster.json'), note);
    },
    clean: () => {
      removeAllBut([claimFile, logFile]);
    },
    clear: (keepLogs = false) => {
      if (keepLogs) removeAllBut([logFile, logs]);
      else rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Why what runs cannot stand for what was asked; undefined when it can. Flags that were not given agree with anything. */
export function disagreement(claim: Claim, args: UpArgs): string | undefined {
  if (args.port !== undefined && args.port !== claim.port) return `--port ${claim.port}`;
  if (args.samples !== undefined && args.samples !== claim.samples) {
    return claim.samples ? '--samples' : '--no-samples';
  }
  if (args.context !== undefined && args.context !== claim.context) {
    return claim.context === null ? 'a cluster of its own' : `--context ${claim.context}`;
  }
  if (args.kubeconfig !== undefined && args.kubeconfig !== claim.kubeconfig) {
    return claim.kubeconfig === null ? 'a cluster of its own' : `--kubeconfig ${claim.kubeconfig}`;
  }
  return undefined;
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

function writeJson(file: string, value: unknown): void {
  const next = `${file}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  renameSync(next, file);
}
