import { open, readFile } from 'node:fs/promises';

/** A write of an operator, from the API server's audit log. */
export interface AuditedWrite {
  /** Whose: the id of the token that it came with. */
  credential: string;
  /** `leases/portolan`, `groups/bench/team-1`. */
  object: string;
  /** What the object became; undefined for a refused one. Versions compare over all objects: one etcd counts them. */
  version: number | undefined;
  /** The Lease's holder, for a write of the Lease. */
  holder: string | undefined;
  /** When it came and when it was answered, in milliseconds since the epoch. */
  receivedAtMs: number;
  atMs: number;
}

/** A policy that logs the writes of one user, with their bodies, and nothing else. */
export function auditPolicy(user: string): object {
  const rule = (verbs: string[], group: string) => ({
    level: 'RequestResponse',
    users: [user],
    verbs,
    resources: [{ group, resources: ['*'] }],
  });
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      rule(['patch', 'update', 'create'], 'portolan.dev'),
      rule(['update', 'create'], 'coordination.k8s.io'),
      { level: 'None' },
    ],
  };
}

interface AuditEvent {
  user: { extra?: Record<string, string[]> };
  objectRef: { resource: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  requestObject?: { metadata?: { resourceVersion?: string } };
  responseObject?: { metadata?: { name?: string; resourceVersion?: string }; spec?: { holderIdentity?: string } };
  requestReceivedTimestamp: string;
  stageTimestamp: string;
}

/** Reads the writes of one line of the log; undefined for one that changed nothing and was not refused. */
export function parseAuditLine(line: string): AuditedWrite | undefined {
  const { user, objectRef, responseStatus, requestObject, responseObject, ...event } = JSON.parse(line) as AuditEvent;
  const credential = user.extra?.['authentication.kubernetes.io/credential-id']?.[0] ?? '';
  const receivedAtMs = Date.parse(event.requestReceivedTimestamp);
  const atMs = Date.parse(event.stageTimestamp);
  const { resource, namespace } = objectRef;
  const name = objectRef.name ?? responseObject?.metadata?.name;
  const object = [resource, ...(resource === 'leases' ? [] : [namespace]), name].join('/');
  const write = { credential, object, receivedAtMs, atMs, holder: responseObject?.spec?.holderIdentity };
  if ((responseStatus?.code ?? 500) >= 300) return { ...write, version: undefined };
  const version = responseObject?.metadata?.resourceVersion;
  if (version === undefined || requestObject?.metadata?.resourceVersion === version) return undefined;
  return { ...write, version: Number(version) };
}

/** Follows a log: every call gives all writes so far, reading only what is new. */
export function createAuditReader(file: string): () => Promise<readonly AuditedWrite[]> {
  const writes: AuditedWrite[] = [];
  let offset = 0;
  return async () => {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      const { buffer } = await handle.read(Buffer.alloc(size - offset), 0, size - offset, offset);
      // The last line may still be on its way.
      const end = buffer.lastIndexOf(10) + 1;
      offset += end;
      for (const line of buffer.toString('utf8', 0, end).split('\n')) {
        const write = line === '' ? undefined : parseAuditLine(line);
        if (write !== undefined) writes.push(write);
      }
    } finally {
      await handle.close();
    }
    return writes;
  };
}

/** What one change of leaders came to. */
export interface Takeover {
  /** When the successor's claim of the Lease was answered, and its first status write; milliseconds since the epoch. */
  claimedAtMs: number;
  firstWriteAtMs: number;
  /** Status writes of the deposed leader that took effect after the successor's claim. */
  late: AuditedWrite[];
  /** Those of them that changed an object which the successor had written since its claim. */
  overwrote: AuditedWrite[];
  /** Status writes of the deposed leader that came after the claim and were refused. */
  refused: AuditedWrite[];
}

/** Judges the takeover of `to` from `from` after the version `since`; undefined while `to` has not written yet. */
export function judgeTakeover(options: {
  writes: readonly AuditedWrite[];
  from: string;
  to: string;
  since: number;
}): Takeover | undefined {
  const { from, to, since } = options;
  const isLease = ({ object }: AuditedWrite): boolean => object.startsWith('leases/');
  const effective = options.writes
    .filter((each): each is AuditedWrite & { version: number } => (each.version ?? 0) > since)
    .toSorted((a, b) => a.version - b.version);
  const claim = effective.find((each) => isLease(each) && each.credential === to && each.holder !== '');
  if (claim === undefined) return undefined;
  const after = effective.filter((each) => each.version > claim.version && !isLease(each));
  const first = after.find((each) => each.credential === to);
  if (first === undefined) return undefined;
  const late = after.filter((each) => each.credential === from);
  const overwrote = late.filter((each) =>
    after.some((other) => other.credential === to && other.object === each.object && other.version < each.version),
  );
  const refused = options.writes.filter(
    (each) =>
      each.version === undefined && each.credential === from && !isLease(each) && each.receivedAtMs > claim.atMs,
  );
  return { claimedAtMs: claim.atMs, firstWriteAtMs: first.atMs, late, overwrote, refused };
}

/** The highest version that was written so far. */
export function lastVersion(writes: readonly AuditedWrite[]): number {
  return writes.reduce((last, { version = 0 }) => Math.max(last, version), 0);
}

/** The id that the audit log gives a ServiceAccount's token, from a kubeconfig that carries it. */
export async function credentialOf(kubeconfig: string): Promise<string> {
  const config = JSON.parse(await readFile(kubeconfig, 'utf8')) as { users: [{ user: { token: string } }] };
  const payload = config.users[0].user.token.split('.')[1] ?? '';
  const { jti } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { jti: string };
  return `JTI=${jti}`;
}
