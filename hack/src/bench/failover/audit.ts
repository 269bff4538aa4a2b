import { readFile } from 'node:fs/promises';

/** An accepted write of an operator, from the API server's audit log. */
export interface AuditedWrite {
  /** Whose: the id of the token that it came with. */
  credential: string;
  /** `leases/portolan`, `groups/bench/team-1`. */
  object: string;
  /** What the object became. Versions are comparable over all objects, as one etcd counts them. */
  version: number;
  /** The Lease's holder, for a write of the Lease. */
  holder: string | undefined;
  /** Milliseconds since the epoch at which it was answered. */
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
  stageTimestamp: string;
}

/** Reads the writes that were accepted and changed something, in the order in which they took effect. */
export function parseAuditLog(text: string): AuditedWrite[] {
  const writes: AuditedWrite[] = [];
  for (const line of text.split('\n')) {
    // The last line may still be on its way.
    if (!line.endsWith('}')) continue;
    const event = JSON.parse(line) as AuditEvent;
    const after = event.responseObject?.metadata?.resourceVersion;
    const isAccepted = (event.responseStatus?.code ?? 500) < 300 && after !== undefined;
    if (!isAccepted || event.requestObject?.metadata?.resourceVersion === after) continue;
    const { resource, namespace, name = event.responseObject?.metadata?.name } = event.objectRef;
    writes.push({
      credential: event.user.extra?.['authentication.kubernetes.io/credential-id']?.[0] ?? '',
      object: [resource, ...(resource === 'leases' ? [] : [namespace]), name].join('/'),
      version: Number(after),
      holder: event.responseObject?.spec?.holderIdentity,
      atMs: Date.parse(event.stageTimestamp),
    });
  }
  return writes.toSorted((a, b) => a.version - b.version);
}

/** What one change of leaders came to. */
export interface Takeover {
  /** When the successor's claim of the Lease was answered, and its first status write; milliseconds since the epoch. */
  claimedAtMs: number;
  firstWriteAtMs: number;
  /** Writes of the deposed leader that took effect after the successor's claim. */
  late: AuditedWrite[];
  /** Those of them that changed an object which the successor had written since its claim. */
  overwrote: AuditedWrite[];
}

/** Judges the takeover of `to` from `from` after the version `since`; undefined while `to` has not written yet. */
export function judgeTakeover(options: {
  writes: readonly AuditedWrite[];
  from: string;
  to: string;
  since: number;
}): Takeover | undefined {
  const { from, to } = options;
  const writes = options.writes.filter((each) => each.version > options.since);
  const isLease = ({ object }: AuditedWrite): boolean => object.startsWith('leases/');
  const claim = writes.find((each) => isLease(each) && each.credential === to && each.holder !== '');
  if (claim === undefined) return undefined;
  const after = writes.filter((each) => each.version > claim.version && !isLease(each));
  const first = after.find((each) => each.credential === to);
  if (first === undefined) return undefined;
  const late = after.filter((each) => each.credential === from);
  const overwrote = late.filter((each) =>
    after.some(({ credential, object, version }) => {
      return credential === to && object === each.object && version < each.version;
    }),
  );
  return { claimedAtMs: claim.atMs, firstWriteAtMs: first.atMs, late, overwrote };
}

/** The id that the audit log gives a ServiceAccount's token, from a kubeconfig that carries it. */
export async function credentialOf(kubeconfig: string): Promise<string> {
  const config = JSON.parse(await readFile(kubeconfig, 'utf8')) as { users: [{ user: { token: string } }] };
  const payload = config.users[0].user.token.split('.')[1] ?? '';
  const { jti } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { jti: string };
  return `JTI=${jti}`;
}
