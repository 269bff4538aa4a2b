import type { HealthGap, Verdict, WorkloadStatus } from '@portolan/crds';
import type { TrimmedEntity } from '../entities/trimmed-entity.ts';
import { findingOf, type Finding, type JudgedObject } from './health/finding.ts';
import { conditionOf } from './health/pod.ts';
import { judge } from './health/registry.ts';
import { kindIdOf } from './kind-id.ts';
import { idOf, type Link, type Links, type UnreadableReason } from './links.ts';
import type { LookContext, RuleContexts } from './rule-context.ts';
import type { Supporters } from './supporters.ts';
import type { TrimmedPod } from './trim.ts';
import type { Primary, WorkloadStores } from './workload-stores.ts';

/** A finding with how its object is shown. */
export type Judged = Finding & { item: WorkloadStatus };

/** Everything of an entity that is judged, the worst first, and in the order of kinds and names among equals. */
export interface JudgedLinks {
  primaries: readonly Judged[];
  supporting: readonly Judged[];
  /** Kinds that may run or support it and cannot be read. */
  gaps: readonly HealthGap[];
}

/** Judges what an entity links and what supports that. Pure but for reading stores. */
export type JudgeLinks = (entity: TrimmedEntity, links: Links, look: LookContext) => JudgedLinks;

/** What is shown first where not everything can be. */
const shownFirst: readonly Verdict[] = ['Degraded', 'Unknown', 'Progressing', 'Suspended', 'Healthy'];
const supportingKinds = [
  'Service',
  'Ingress',
  'HorizontalPodAutoscaler',
  'PersistentVolumeClaim',
  'PodDisruptionBudget',
] as const;

/** @see {@link JudgeLinks} */
export function createLinkJudge(options: {
  workloads: WorkloadStores;
  supporters: Supporters;
  contexts: RuleContexts;
}): JudgeLinks {
  const { workloads, supporters, contexts } = options;
  const kindsBeside = [
    ...[...workloads.informers.primaries].map(([id, { resource }]) => ({ id, kind: resource.kind })),
    ...supportingKinds.map((kind) => ({ id: kind, kind })),
  ];

  const judgePrimary = (link: Link, look: LookContext): Judged => {
    const { workload } = link;
    const judged = judge(workload, contexts.ofPrimary(workload, look));
    const finding = contexts.knowsPods(workload) ? judged : withoutPods(workload, judged);
    return { ...finding, item: itemOf(workload, finding, link) };
  };
  /** A workload that names the entity consents for itself and its pods, not for what else is in its namespace. */
  const mayTellOf = (entity: TrimmedEntity, { metadata: { namespace = '' } }: Primary): boolean =>
    namespace === entity.metadata.namespace ||
    workloads.allowsLinks({ workloadNamespace: namespace, entityNamespace: entity.metadata.namespace });

  return (entity, { links, unreadable }, look) => {
    const open = links.filter(({ workload }) => mayTellOf(entity, workload));
    const supporting = new Map<string, Judged>();
    for (const link of open) {
      for (const object of supporters.supportersOf(link.workload)) {
        const id = idOf(object);
        if (supporting.has(id)) continue;
        const finding = judge(object, contexts.ofSupporter(object, look));
        supporting.set(id, { ...finding, item: { ...itemOf(object, finding, link), supporting: true } });
      }
    }
    const namespaces = [...new Set(open.map(({ workload }) => workload.metadata.namespace ?? ''))].sort();
    return {
      primaries: worstFirst([
        ...links.map((link) => judgePrimary(link, look)),
        ...unreadable.map((each) => judgeUnreadable(each)),
      ]),
      supporting: worstFirst([...supporting.values()]),
      gaps: namespaces.flatMap((namespace) =>
        kindsBeside.flatMap(({ id, kind }): HealthGap[] => {
          const reason = gapReasons[workloads.state(id, namespace)];
          return reason === undefined ? [] : [{ kind, namespace, reason }];
        }),
      ),
    };
  };
}

const gapReasons: Readonly<Record<string, string | undefined>> = { refused: 'Forbidden', failing: 'NotListed' };

function worstFirst(judged: readonly Judged[]): Judged[] {
  const keyOf = ({ item: { verdict, kind, namespace, name } }: Judged): string =>
    `${shownFirst.indexOf(verdict)} ${kind}/${namespace}/${name}`;
  return judged
    .map((each) => ({ each, key: keyOf(each) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ each }) => each);
}

function itemOf(object: JudgedObject, finding: Finding, { tier, isShared }: Link): WorkloadStatus {
  const { desired, ready } = 'link' in object ? countsOf(object as Primary) : { desired: 0, ready: 0 };
  const images = 'link' in object ? (object as Primary).link.images : [];
  return {
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    link: tier,
    ...(isShared && { shared: true }),
    desired,
    ready,
    ...(images.length > 0 && { images: [...images] }),
    verdict: finding.verdict,
    reason: finding.reason,
    message: finding.message,
  };
}

/** Replicas; a Job has none, and a pod is one until it has ended. */
function countsOf(primary: Primary): { desired: number; ready: number } {
  switch (kindIdOf(primary)) {
    case 'Job':
      return { desired: 0, ready: 0 };
    case 'Pod': {
      const pod = primary as TrimmedPod;
      const hasEnded = pod.phase === 'Succeeded' || pod.phase === 'Failed';
      return {
        desired: hasEnded ? 0 : 1,
        ready: !hasEnded && conditionOf(pod, 'Ready')?.status === 'True' ? 1 : 0,
      };
    }
    default:
      return 'desired' in primary ? { desired: primary.desired, ready: primary.ready } : { desired: 0, ready: 0 };
  }
}

/** Verdicts that say nothing of pods. */
const podlessReasons = new Set(['Terminating', 'TerminationStuck', 'NotObserved']);
const judgedByPods = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

/**
 * Whether a verdict rests on pods that nobody has seen. Counts alone prove no health: a fault is in the pods. What the
 * object itself says is wrong, or stopped on purpose, stands.
 */
export function restsOnPods(kindId: string, { verdict, reason }: Pick<Finding, 'verdict' | 'reason'>): boolean {
  const isWell = verdict === 'Healthy' || verdict === 'Progressing';
  return isWell && !podlessReasons.has(reason) && judgedByPods.has(kindId);
}

function withoutPods(primary: Primary, finding: Finding): Finding {
  if (!restsOnPods(kindIdOf(primary), finding)) return finding;
  return findingOf(primary, {
    verdict: 'Unknown',
    reason: 'Forbidden',
    message: `${finding.message} Its pods cannot be read: grant the operator list and watch on pods and ReplicaSets.`,
    subject: { kind: 'Pod' },
  });
}

const unreadableWords: Readonly<Record<UnreadableReason, string>> = {
  Forbidden: 'cannot be read: grant the operator list and watch on that kind',
  NotInstalled: 'cannot be read: the API server does not serve that kind',
  NotListed: 'cannot be read: listing that kind fails',
  KindNotWatched: 'is of a kind that the operator does not watch: add it to --workload-kinds',
};

function judgeUnreadable({ named, reason }: Links['unreadable'][number]): Judged {
  const { kind, namespace, name } = named;
  const message = `${kind} ${name} ${unreadableWords[reason]}.`;
  const found = findingOf({ kind, metadata: { namespace, name } }, { verdict: 'Unknown', reason, message });
  const item = { kind, namespace, name, link: 'Spec', desired: 0, ready: 0 } as const;
  return { ...found, item: { ...item, verdict: found.verdict, reason: found.reason, message: found.message } };
}
