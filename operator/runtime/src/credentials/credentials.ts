import type { Clock } from '../clock.ts';

/** Who we are and whom we trust, as far as a transport needs it. */
export interface Credentials {
  /** URL of the API server; a path in front of `/api` is kept. */
  readonly server: string;
  /**
   * What to send and to check now; re-reads what may have changed. `tls` is the same object as long as its content is,
   * so that connections can be kept. RUNTIME_CREDENTIALS when there is nothing that could be used.
   */
  current(): Promise<Authentication>;
  /** Reads everything anew, after the API server refused what `current()` gave. */
  refresh(): Promise<void>;
}

export interface Authentication {
  /** Headers of every request. Never logged. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
}

export interface TlsMaterial {
  /** PEM. The machine's own authorities where absent. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  /** Absent means true. */
  readonly rejectUnauthorized?: boolean;
}

/** Credentials are read again after this long, as client-go does with token files. */
const readEveryMs = 60_000;

/**
 * Builds {@link Credentials} from a function that reads them: re-reads every 60 s, one read at a time. While something
 * usable is there, a read that fails keeps it: files are half written at times, and the API server is the judge.
 */
export function createCredentials(options: {
  server: string;
  /** Rejects with RUNTIME_CREDENTIALS. `isForced` asks to bypass caches. */
  read: (isForced: boolean) => Promise<Authentication>;
  first: Authentication;
  clock: Pick<Clock, 'monotonic'>;
}): Credentials {
  const { server, read, clock } = options;
  let known = options.first;
  let readAt = clock.monotonic();
  let reading: { isForced: boolean; done: Promise<void> } | undefined;

  const readNow = async (isForced: boolean): Promise<void> => {
    readAt = clock.monotonic();
    const next = await read(isForced);
    known = isSameTls(known.tls, next.tls) ? { headers: next.headers, tls: known.tls } : next;
  };
  const readOnce = async (isForced: boolean): Promise<void> => {
    while (reading !== undefined) {
      if (reading.isForced || !isForced) return reading.done;
      await reading.done.catch(() => undefined);
    }
    const done = readNow(isForced).finally(() => {
      reading = undefined;
    });
    reading = { isForced, done };
    return done;
  };
  return {
    server,
    current: async () => {
      if (clock.monotonic() - readAt >= readEveryMs) await readOnce(false).catch(() => undefined);
      return known;
    },
    refresh: () => readOnce(true),
  };
}

function isSameTls(a: TlsMaterial, b: TlsMaterial): boolean {
  return (
    a.ca === b.ca &&
    a.cert === b.cert &&
    a.key === b.key &&
    a.servername === b.servername &&
    a.rejectUnauthorized === b.rejectUnauthorized
  );
}
