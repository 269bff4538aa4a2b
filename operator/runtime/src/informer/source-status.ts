import type { Clock } from '../clock.ts';
import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';

/** How one watched source, a kind in the cluster or in one namespace, is doing. */
export interface SourceStatus {
  /** Full name: `pods`, `components.portolan.dev`. */
  resource: string;
  /** Absent when the whole cluster is watched. */
  namespace?: string;
  /** Has been listed completely once; never becomes false again. */
  synced: boolean;
  /** A watch is open, or its orderly renewal is under way. */
  connected: boolean;
  /** Why it is not connected. */
  reason?: SourceReason;
  /** The error, for people. */
  message?: string;
  /** ISO time of the last change of `synced`, `connected` or `reason`. */
  since: string;
}

export type SourceReason =
  | 'Forbidden'
  | 'NotInstalled'
  | 'Unauthorized'
  | 'Expired'
  | 'TooManyRequests'
  | 'Unreachable'
  | 'Credentials'
  | 'Failed';

/** The reason for an error of a list or a watch. */
export function reasonOf(error: unknown): SourceReason {
  if (!(error instanceof RuntimeError)) return 'Failed';
  switch (error.code) {
    case runtimeErrorCodes.unreachable:
    case runtimeErrorCodes.timeout:
      return 'Unreachable';
    case runtimeErrorCodes.credentials:
      return 'Credentials';
    case runtimeErrorCodes.apiStatus:
      return reasonByStatus.get(error.status ?? 0) ?? 'Failed';
    default:
      return 'Failed';
  }
}

const reasonByStatus: ReadonlyMap<number, SourceReason> = new Map([
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'NotInstalled'],
  [410, 'Expired'],
  [429, 'TooManyRequests'],
]);

/** Keeps a {@link SourceStatus}; every change makes a new object. */
export interface StatusKeeper {
  readonly status: SourceStatus;
  synced(): void;
  /** True when it was not connected before. */
  connected(): boolean;
  failed(error: unknown): void;
}

/** @see {@link StatusKeeper} */
export function createStatusKeeper(options: {
  clock: Pick<Clock, 'now'>;
  resource: string;
  namespace: string | undefined;
}): StatusKeeper {
  const { clock, resource, namespace } = options;
  const at = (): string => new Date(clock.now()).toISOString();
  const source = { resource, ...(namespace !== undefined && { namespace }) };
  let status: SourceStatus = { ...source, synced: false, connected: false, since: at() };
  return {
    get status() {
      return status;
    },
    synced: () => {
      if (!status.synced) status = { ...status, synced: true, since: at() };
    },
    connected: () => {
      if (status.connected) return false;
      status = { ...source, synced: status.synced, connected: true, since: at() };
      return true;
    },
    failed: (error) => {
      const reason = reasonOf(error);
      const isSame = !status.connected && status.reason === reason;
      status = { ...status, connected: false, reason, message: messageOf(error), since: isSame ? status.since : at() };
    },
  };
}
