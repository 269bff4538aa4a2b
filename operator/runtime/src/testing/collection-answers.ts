import { applyMergePatch } from '../kubernetes/merge-patch.ts';
import type { ResourceType } from '../kubernetes/object.ts';
import type { ObjectLog, StoredObject } from './object-log.ts';

/** An answer with a JSON body. */
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Answers one page of a list; every continue token stands for a snapshot, as in etcd. */
export type ListAnswers = (query: Readonly<Record<string, string>>, namespace: string | undefined) => Answer;

/** @see {@link ListAnswers} */
export function createListAnswers({ log, resource }: { log: ObjectLog; resource: ResourceType }): ListAnswers {
  const snapshots = new Map<string, { version: number; rest: StoredObject[] }>();
  return ({ limit = '0', continue: token }, namespace) => {
    const known = token === undefined ? undefined : snapshots.get(token);
    if (token !== undefined && known === undefined) return statusAnswer(410, 'Expired');
    const { version, rest } = known ?? { version: log.version, rest: log.objects(namespace) };
    const size = Number(limit) === 0 ? rest.length : Number(limit);
    const left = rest.slice(size);
    const next = left.length === 0 ? undefined : `token-${snapshots.size}`;
    if (next !== undefined) snapshots.set(next, { version, rest: left });
    const items = rest.slice(0, size).map(({ apiVersion: _version, kind: _kind, ...item }) => item);
    const metadata = { resourceVersion: String(version), ...(next !== undefined && { continue: next }) };
    return { status: 200, body: { kind: `${resource.kind}List`, metadata, items } };
  };
}

/** Answers a merge patch of `/status`, with the version in the patch as its precondition. */
export function answerStatusPatch(options: { log: ObjectLog; key: string; body: string }): Answer {
  const { log, key, body } = options;
  const stored = log.get(key);
  if (stored === undefined) return statusAnswer(404, 'NotFound');
  const patch = JSON.parse(body) as { metadata?: { resourceVersion?: string }; status?: unknown };
  const expected = patch.metadata?.resourceVersion;
  if (expected !== undefined && expected !== stored.metadata.resourceVersion) return statusAnswer(409, 'Conflict');
  const status = applyMergePatch(stored['status'], patch.status);
  return { status: 200, body: log.put({ ...stored, status }) };
}

/** A refusal as the API server words it. */
export function statusAnswer(code: number, reason: string): Answer {
  return { status: code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: reason } };
}
