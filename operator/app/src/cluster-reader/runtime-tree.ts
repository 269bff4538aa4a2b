import {
  readEntityObjects,
  type ClusterReader,
  type EntityObjects,
  type FoundObject,
  type FoundRoot,
  type ReadableKind,
  type ReadRuntimeTree,
  type RuntimeNode,
  type RuntimeTree,
} from '@portolan/api';
import type { CatalogEntity } from '@portolan/catalog';
import {
  healthKind,
  judgeRaw,
  restsOnPods,
  troubledSince,
  trimPod,
  trimReplicaSet,
  type Finding,
  type GracePeriods,
  type JudgedObject,
  type RuleContext,
} from '@portolan/controllers';
import type { WorkloadStatus } from '@portolan/crds';
import type { Clock } from '@portolan/runtime';
import { boundedTree, worstFirst } from './bounded-tree.ts';
import { containersOf, countsOf, imagesOf, restartsOf } from './runtime-facts.ts';

/** Nodes of one tree: more than a person reads. */
const maxNodes = 200;

/** Until callers are known, all are of one class and see the same. */
const callerClass = 'anonymous';

/**
 * Reads what runs of an entity and judges it by the rules of the operator. What serves it is told as the operator found
 * it, because those verdicts depend on more than the object.
 */
export function createReadRuntimeTree(options: {
  reader: ClusterReader;
  clock: Pick<Clock, 'now'>;
  kinds: readonly ReadableKind[];
  /** As the operator has them, so that both say the same. */
  grace?: Partial<GracePeriods>;
}): ReadRuntimeTree {
  const { reader, clock, kinds, grace } = options;
  return async (entity, signal) => {
    const nowMs = clock.now();
    const isWanted = ({ supporting }: WorkloadStatus): boolean => supporting !== true;
    const objects = await readEntityObjects({ reader, entity, callerClass, kinds, isWanted }, signal);
    return runtimeTree({ objects, entity, nowMs, ...(grace !== undefined && { grace }) });
  };
}

/** Builds the tree of what was read. Pure. */
export function runtimeTree(options: {
  objects: EntityObjects;
  entity: Pick<CatalogEntity, 'status'>;
  nowMs: number;
  grace?: Partial<GracePeriods>;
}): RuntimeTree {
  const { objects, entity, nowMs, grace } = options;
  const judging = createJudging(objects, {
    nowMs,
    ...(grace !== undefined && { grace }),
    ...troubledSince(entity.status.portolan?.health, grace),
  });
  const roots = objects.roots.map((root) => rootNode(root, judging));
  const running = roots.filter(({ supporting }) => supporting !== true).toSorted(worstFirst);
  const supporting = roots.filter((node) => node.supporting === true).toSorted(worstFirst);
  const { nodes, left } = boundedTree([...running, ...supporting], maxNodes);
  const more = left + objects.more;
  return {
    roots: nodes,
    errors: objects.failures.map(({ resource, reason }) => ({ resource, reason })).filter(isFirst),
    fetchedAt: new Date(nowMs).toISOString(),
    ...(more > 0 && { more }),
  };
}

interface Judging {
  node(found: FoundObject): RuntimeNode;
}

/** Judges objects together with what they own. */
function createJudging({ owned, failures }: EntityObjects, common: Omit<RuleContext, 'pods'>): Judging {
  const byOwner = new Map<string, FoundObject[]>();
  for (const found of owned) {
    const uid = found.object.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
    if (uid === undefined) continue;
    const siblings = byOwner.get(uid);
    if (siblings === undefined) byOwner.set(uid, [found]);
    else siblings.push(found);
  }
  const childrenOf = ({ object }: FoundObject): readonly FoundObject[] => byOwner.get(object.metadata.uid ?? '') ?? [];

  const node = (found: FoundObject): RuntimeNode => {
    const { kind, object } = found;
    const { namespace = '', name, creationTimestamp } = object.metadata;
    const children = childrenOf(found);
    const unread = unreadOf(failures, namespace);
    const judged = judgeRaw(object, kind, { ...common, ...contextOf(children, childrenOf, unread) });
    const finding = withoutPods(kind, judged, unread.get('pods') ?? unread.get('replicasets'));
    const shown = children.filter((child) => isShown(child, found, childrenOf(child)));
    const isPod = kind.kind === 'Pod';
    return {
      kind: kind.kind,
      namespace,
      name,
      ...factsOf(finding),
      ...(creationTimestamp !== undefined && { createdAt: creationTimestamp }),
      ...countsOf(kind.kind, object),
      images: imagesOf(kind.kind, object),
      ...(isPod && { restarts: restartsOf(object), containers: containersOf(object) }),
      children: shown.map(node).toSorted(worstFirst),
    };
  };
  return { node };
}

/** What the rule of an owner reads of what it owns. Pods that go are no longer its own, as for the operator. */
function contextOf(
  children: readonly FoundObject[],
  childrenOf: (found: FoundObject) => readonly FoundObject[],
  unread: ReadonlyMap<string, string>,
): Pick<RuleContext, 'pods' | 'replicaSets' | 'jobs'> {
  const ofKind = (kind: string, among: readonly FoundObject[]): readonly FoundObject[] =>
    among.filter((each) => each.kind.kind === kind);
  const replicaSets = ofKind('ReplicaSet', children);
  const pods = [...ofKind('Pod', children), ...replicaSets.flatMap((each) => ofKind('Pod', childrenOf(each)))];
  const jobs = ofKind('Job', children);
  return {
    pods: pods
      .filter(({ object }) => object.metadata.deletionTimestamp === undefined)
      .map(({ object }) => trimPod(object)),
    ...(!unread.has('replicasets') && { replicaSets: replicaSets.map(({ object }) => trimReplicaSet(object)) }),
    ...(!unread.has('jobs') && { jobs: jobs.map(({ object }) => trimJob(object)) }),
  };
}

/** Collections of a namespace that could not be read, by plural, and why. */
function unreadOf(failures: EntityObjects['failures'], namespace: string): ReadonlyMap<string, string> {
  return new Map(
    failures.flatMap(({ resource, path, reason }): [string, string][] => {
      const [plural = ''] = resource.split('.');
      const isCollection = path.endsWith(`/namespaces/${namespace}/${plural}`);
      return isCollection && reason !== 'Partial' ? [[plural, reason]] : [];
    }),
  );
}

/** Counts alone prove no health, as for the operator: a fault is in the pods. What the object says is wrong stands. */
function withoutPods({ kind }: ReadableKind, finding: Finding, unread: string | undefined): Finding {
  if (unread === undefined || !restsOnPods(kind, finding)) return finding;
  const evidence = finding.evidence.map((each, index) => (index === 0 ? { ...each, reason: unread } : each));
  return {
    ...finding,
    evidence,
    verdict: 'Unknown',
    reason: unread,
    message: `${finding.message} Its pods cannot be read now.`,
  };
}

const jobKind = healthKind({ group: 'batch', kind: 'Job' });

function trimJob(object: FoundObject['object']): NonNullable<RuleContext['jobs']>[number] {
  return jobKind.trim(object) as JudgedObject & NonNullable<RuleContext['jobs']>[number];
}

/** Of the ReplicaSets of a rollout, those that have pods or should have, and the current one. */
function isShown({ kind, object }: FoundObject, owner: FoundObject, children: readonly FoundObject[]): boolean {
  if (kind.kind !== 'ReplicaSet') return true;
  const revision = 'deployment.kubernetes.io/revision';
  const current = owner.object.metadata.annotations?.[revision];
  const isCurrent = current !== undefined && object.metadata.annotations?.[revision] === current;
  return isCurrent || children.length > 0 || (countsOf(kind.kind, object).desired ?? 0) > 0;
}

function factsOf(
  finding: Finding,
): Pick<RuntimeNode, 'verdict' | 'reason' | 'message' | 'evidence'> & Partial<Pick<RuntimeNode, 'since' | 'nextStep'>> {
  const { verdict, reason, message, evidence, nextStep, sinceMs } = finding;
  return {
    verdict,
    reason,
    message,
    evidence,
    ...(nextStep !== undefined && { nextStep }),
    ...(sinceMs !== undefined && { since: new Date(sinceMs).toISOString() }),
  };
}

function isFirst<T extends { resource: string; reason: string }>(each: T, index: number, all: readonly T[]): boolean {
  return all.findIndex(({ resource, reason }) => resource === each.resource && reason === each.reason) === index;
}

function rootNode({ item, found, failure, isUnread }: FoundRoot, judging: Judging): RuntimeNode {
  const top = {
    link: item.link,
    ...(item.shared === true && { shared: true }),
    ...(item.supporting === true && { supporting: true }),
  };
  if (found !== undefined) return { ...judging.node(found), ...top };
  const { kind, namespace, name, images = [], desired, ready } = item;
  const own = { kind, namespace, name, images, ...top, children: [] };
  // Not read on purpose: the operator's word stands.
  if (item.supporting === true || isUnread === true) {
    const { verdict, reason, message = '' } = item;
    return { ...own, verdict, reason, message, ...(desired > 0 && { desired, ready }), evidence: [] };
  }
  const reason = failure?.reason ?? 'NotFound';
  const message =
    failure === undefined
      ? `${kind} ${name} is not there any more; the status of the entity will follow.`
      : `${kind} ${name} cannot be read now. Its status said ${item.verdict}.`;
  return { ...own, verdict: 'Unknown', reason, message, evidence: [{ kind, namespace, name, reason }] };
}
