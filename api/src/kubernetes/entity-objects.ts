import type { CatalogEntity } from '@portolan/catalog';
import type { WorkloadStatus } from '@portolan/crds';
import { resourceName, resourcePath } from '@portolan/runtime';
import { ClusterReadError, type ClusterReader, type ClusterReadReason, type RawObject } from './cluster-reader.ts';
import { jobs, kindNamed, pods, replicaSets, type ReadableKind } from './kinds.ts';
import { selectorText } from './label-selector.ts';

/** Objects that one answer holds. At 8 kB each they are serialised in some 50 ms. */
export const maxObjects = 1_000;
/** Linked objects that are read at once for one answer. */
const rootsAtOnce = 4;

/** Jobs of one CronJob whose pods are read; it keeps four by default. */
const jobsFollowed = 20;

/** Something that could not be read, or not in full. */
export interface ReadFailure {
  /** As kubectl names it: `pods`, `jobs.batch`. */
  resource: string;
  /** Path of the request, without its query. */
  path: string;
  /** `Partial`: only some of them are there. */
  reason: ClusterReadReason | 'Partial';
  /** Of the API server, where it answered. */
  status?: number;
}

/** An object with its kind, as the API server sent it: it holds secrets, and leaves through `objectsAnswer` only. */
export interface FoundObject {
  kind: ReadableKind;
  object: RawObject;
}

/** One linked object. */
export interface FoundRoot {
  /** As the entity's status has it. */
  item: WorkloadStatus;
  /** The object. Undefined where it could not be read, and where there is none of the name any more. */
  found?: FoundObject;
  /** Why it could not be read. */
  failure?: ReadFailure;
  /** It was not asked for: not wanted, or of a kind that is not read. */
  isUnread?: true;
}

/** A namespace and the labels of the pods of one owner. */
export interface PodList {
  namespace: string;
  labelSelector: string;
}

export interface EntityObjects {
  /** In the order of the entity's status. */
  roots: readonly FoundRoot[];
  /** What the roots own: ReplicaSets, Jobs and Pods. Each once. */
  owned: readonly FoundObject[];
  failures: readonly ReadFailure[];
  /** Objects that were read, and are more than an answer holds. */
  more: number;
  /** Where their pods were looked for. */
  podLists: readonly PodList[];
}

/**
 * Reads the objects that an entity is linked to, and what they own.
 *
 * Which objects is decided by the operator alone: the entity's status lists what its links and the namespace rule of
 * design §3.1 allow. Nothing that a person writes on an entity is looked at here, so nobody reads another's objects by
 * annotating an entity. What a workload owns has both its labels and its uid as controller.
 *
 * A resource that cannot be read is a {@link ReadFailure}; rejects only when the signal aborts.
 */
export async function readEntityObjects(
  options: {
    reader: ClusterReader;
    entity: Pick<CatalogEntity, 'status'>;
    callerClass: string;
    kinds: readonly ReadableKind[];
    /** The linked objects to read; all where absent. The others are among the roots, without an object. */
    isWanted?: (item: WorkloadStatus, kind: ReadableKind) => boolean;
    /** Whether what they own is read; true where absent. */
    withOwned?: boolean;
  },
  signal: AbortSignal,
): Promise<EntityObjects> {
  const { entity, kinds, isWanted = () => true, withOwned = true } = options;
  const walk = createWalk(options, signal);
  const items = entity.status.portolan?.workloads?.items ?? [];
  const roots = await mapLimited(items, rootsAtOnce, async (item): Promise<FoundRoot> => {
    const kind = kindNamed(kinds, item.kind);
    if (kind === undefined || !isWanted(item, kind)) return { item, isUnread: true };
    const root = await walk.root(item, kind);
    if (root.found !== undefined && withOwned && item.supporting !== true) await walk.owned(root.found);
    return root;
  });
  return {
    roots,
    // Answers come in any order; what is made of them does not.
    owned: [...walk.objects.values()].toSorted((a, b) => compareText(keyOf(a), keyOf(b))),
    failures: [...walk.failures.values()].toSorted((a, b) => compareText(a.path, b.path)),
    more: walk.more(),
    podLists: walk.podLists,
  };
}

/** The reads of one answer: what they found, and what they did not. */
function createWalk(options: { reader: ClusterReader; callerClass: string }, signal: AbortSignal) {
  const { reader, callerClass } = options;
  const objects = new Map<string, FoundObject>();
  const failures = new Map<string, ReadFailure>();
  const podLists: PodList[] = [];
  let count = 0;
  let more = 0;

  const fail = (failure: ReadFailure): ReadFailure => {
    failures.set(`${failure.path} ${failure.reason}`, failure);
    return failure;
  };
  const list = async (
    kind: ReadableKind,
    namespace: string,
    labelSelector: string | undefined,
    isOwned: (object: RawObject) => boolean,
  ): Promise<readonly RawObject[]> => {
    const read = { resource: kind, namespace, callerClass, ...(labelSelector !== undefined && { labelSelector }) };
    try {
      const { items, isPartial } = await reader.list(read, signal);
      if (isPartial) fail({ ...failedPath(kind, namespace), reason: 'Partial' });
      return items.filter(isOwned).filter((object) => keep(kind, object));
    } catch (error) {
      fail(failureOf(error, failedPath(kind, namespace)));
      return [];
    }
  };
  const keep = (kind: ReadableKind, object: RawObject): boolean => {
    const key = object.metadata.uid ?? '';
    if (objects.has(key)) return true;
    if (count >= maxObjects) {
      more += 1;
      return false;
    }
    count += 1;
    objects.set(key, { kind, object: typed(object, kind) });
    return true;
  };
  const ownedBy = async (owners: readonly RawObject[], namespace: string, labels: string): Promise<void> => {
    podLists.push({ namespace, labelSelector: labels });
    await list(pods, namespace, labels, isControlledBy(owners));
  };

  return {
    objects,
    failures,
    podLists,
    more: () => more,
    root: async (item: WorkloadStatus, kind: ReadableKind): Promise<FoundRoot> => {
      const { namespace, name } = item;
      try {
        const object = await reader.get({ resource: kind, namespace, name, callerClass }, signal);
        if (object === undefined) return { item };
        count += 1;
        return { item, found: { kind, object: typed(object, kind) } };
      } catch (error) {
        return { item, failure: fail(failureOf(error, failedPath(kind, namespace, name))) };
      }
    },
    owned: async ({ kind, object }: FoundObject): Promise<void> => {
      const { namespace = '' } = object.metadata;
      if (kind.kind === 'Pod') return;
      if (kind.kind === 'CronJob') {
        // The labels of its Jobs are those of the template at the time, so their owner alone tells.
        const found = await list(jobs, namespace, undefined, isControlledBy([object]));
        const newest = found.toSorted(byCreation).slice(0, jobsFollowed);
        if (newest.length < found.length) fail({ ...failedPath(pods, namespace), reason: 'Partial' });
        await mapLimited(newest, rootsAtOnce, async (job) => {
          const labels = selectorText(job['spec']);
          if (labels !== undefined) await ownedBy([job], namespace, labels);
        });
        return;
      }
      const labels = selectorText(object['spec']);
      if (labels === undefined) return;
      const isDirect = ['StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'].includes(kind.kind);
      const between = isDirect ? [] : await list(replicaSets, namespace, labels, isControlledBy([object]));
      await ownedBy([object, ...between], namespace, labels);
    },
  };
}

/** Whether one of these objects controls another: their uids, so that names used anew mislead nobody. */
function isControlledBy(owners: readonly RawObject[]): (object: RawObject) => boolean {
  const uids = new Set(owners.flatMap(({ metadata }) => metadata.uid ?? []));
  return ({ metadata }) =>
    metadata.ownerReferences?.some((owner) => owner.controller === true && uids.has(owner.uid)) ?? false;
}

/** The newest first. */
function byCreation(a: RawObject, b: RawObject): number {
  return compareText(b.metadata.creationTimestamp ?? '', a.metadata.creationTimestamp ?? '');
}

function keyOf({ kind, object: { metadata } }: FoundObject): string {
  return `${kind.plural} ${metadata.namespace ?? ''} ${metadata.name}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Items of a list come without their type. */
function typed(object: RawObject, kind: ReadableKind): RawObject {
  const { group, version } = kind;
  return { ...object, apiVersion: group === '' ? version : `${group}/${version}`, kind: kind.kind };
}

function failedPath(kind: ReadableKind, namespace: string, name?: string): Pick<ReadFailure, 'resource' | 'path'> {
  return { resource: resourceName(kind), path: resourcePath(kind, { namespace, ...(name !== undefined && { name }) }) };
}

/** Why a read failed; anything that is no failure of reading is thrown. */
export function failureOf(error: unknown, where: Pick<ReadFailure, 'resource' | 'path'>): ReadFailure {
  if (!(error instanceof ClusterReadError)) throw error;
  const { reason, status } = error;
  return { ...where, reason, ...(status !== undefined && { status }) };
}

/** `map`, with so many at once. The order is that of the items. */
async function mapLimited<T, R>(items: readonly T[], limit: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
