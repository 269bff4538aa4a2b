import {
  conditionTypes,
  type Evidence,
  type HealthStatus,
  type WorkloadsStatus,
  type WorkloadStatus,
} from '@portolan/crds';
import type { Fragment, FragmentSource, StatedCondition } from '../composer/fragment.ts';
import type { NamedWorkload, TrimmedEntity } from '../entities/trimmed-entity.ts';
import { aggregateHealth, type Aggregate } from './health/aggregate.ts';
import type { RuleContext } from './health/context.ts';
import { findingOf, type Finding } from './health/finding.ts';
import { judge } from './health/registry.ts';
import { linkingKinds, type Link, type Linker, type Links } from './links.ts';
import type { WorkloadStores } from './workload-stores.ts';

const shownWorkloads = 20;
const shownEvidence = 10;
const shownGaps = 10;

type Judged = Finding & { item: WorkloadStatus };

/** The workloads controller's part of a status: `workloads`, `health` and `WorkloadsLinked`. */
export function createWorkloadFragments(options: { linker: Linker; workloads: WorkloadStores }): FragmentSource {
  const { linker, workloads } = options;
  const kinds: readonly string[] = linkingKinds;
  return (entity, nowMs) => {
    // What is not listed yet is not gone: the stored part stands until every source has answered.
    if (!kinds.includes(entity.kind) || !workloads.isSettled()) return {};
    const links = linker.linksOf(entity);
    const judged = [
      ...links.links.map((link) => judgeLink(link, workloads, { nowMs, ...troubledSince(entity) })),
      ...links.unreadable.map((named) => unreadable(named)),
    ];
    const together = aggregateHealth({ primaries: judged, supporting: [] });
    if (together === undefined) return withoutWorkloads(entity, links, nowMs);
    const rechecks = judged.flatMap((each) => each.recheckMs ?? []);
    return {
      fields: { workloads: summarise(judged), health: healthOf(entity, together, judged, nowMs) },
      conditions: [linkedCondition(links, judged.length)],
      ...(rechecks.length > 0 && { recheckMs: Math.min(...rechecks) }),
    };
  };
}

function judgeLink(
  { workload, tier, isShared }: Link,
  workloads: WorkloadStores,
  context: Omit<RuleContext, 'pods'>,
): Judged {
  const finding = judge(workload, { ...context, pods: workloads.podsOf(workload) });
  const item: WorkloadStatus = {
    kind: workload.kind,
    namespace: workload.metadata.namespace ?? '',
    name: workload.metadata.name,
    link: tier,
    ...(isShared && { shared: true }),
    desired: workload.desired,
    ready: workload.ready,
    ...(workload.images.length > 0 && { images: [...workload.images] }),
    verdict: finding.verdict,
    reason: finding.reason,
    message: finding.message,
  };
  return { ...finding, item };
}

function unreadable(named: NamedWorkload): Judged {
  const { kind, namespace, name } = named;
  const found = findingOf(
    { kind, metadata: { namespace, name } },
    {
      verdict: 'Unknown',
      reason: 'Forbidden',
      message: `${kind} ${name} cannot be read: grant the operator get, list and watch on that kind.`,
    },
  );
  const { verdict, reason, message } = found;
  return { ...found, item: { kind, namespace, name, link: 'Spec', desired: 0, ready: 0, verdict, reason, message } };
}

function summarise(judged: readonly Judged[]): WorkloadsStatus {
  const more = judged.length - shownWorkloads;
  return {
    total: judged.length,
    desired: sum(judged.map((each) => each.item.desired)),
    ready: sum(judged.map((each) => each.item.ready)),
    items: judged.slice(0, shownWorkloads).map((each) => each.item),
    ...(more > 0 && { more }),
  };
}

function healthOf(
  entity: TrimmedEntity,
  { worst, gaps }: Aggregate<Judged>,
  judged: readonly Judged[],
  nowMs: number,
): HealthStatus {
  const evidence: Evidence[] = judged.filter((each) => each.verdict === worst.verdict).flatMap((each) => each.evidence);
  const more = evidence.length - shownEvidence;
  return {
    verdict: worst.verdict,
    reason: worst.reason,
    message: worst.message,
    since: sinceOf(entity, worst.verdict, nowMs),
    ...(worst.nextStep !== undefined && { nextStep: worst.nextStep }),
    ...(gaps.length > 0 && { gaps: gaps.slice(0, shownGaps) }),
    evidence: evidence.slice(0, shownEvidence),
    ...(more > 0 && { more }),
  };
}

/** Never linked: no health. Linked before and nothing now: Unknown, because something was lost. */
function withoutWorkloads(entity: TrimmedEntity, links: Links, nowMs: number): Fragment {
  const hasProblem = links.refusedNamespaces.length > 0 || links.missing.length > 0;
  if (entity.status?.health === undefined) {
    return {
      fields: { workloads: null, health: null },
      conditions: [hasProblem ? linkedCondition(links, 0) : { type: conditionTypes.workloadsLinked, status: null }],
    };
  }
  const message = 'It had workloads before, and none of them can be found now.';
  return {
    fields: {
      workloads: { total: 0, desired: 0, ready: 0 },
      health: {
        verdict: 'Unknown',
        reason: 'NoWorkloads',
        message,
        since: sinceOf(entity, 'Unknown', nowMs),
      },
    },
    conditions: [
      hasProblem
        ? linkedCondition(links, 0)
        : { type: conditionTypes.workloadsLinked, status: 'False', reason: 'NoWorkloads', message },
    ],
  };
}

function linkedCondition(links: Links, total: number): StatedCondition {
  const { refusedNamespaces, missing } = links;
  const type = conditionTypes.workloadsLinked;
  if (refusedNamespaces.length > 0) {
    return {
      type,
      status: 'False',
      reason: 'CrossNamespaceNotAllowed',
      message: `Namespace ${refusedNamespaces.slice(0, 3).join(', ')} does not let ${links.links.length > 0 ? 'all of ' : ''}this entity's links in: annotate the workload with portolan.dev/component or the Namespace with portolan.dev/allow-links-from.`,
    };
  }
  const [first] = missing;
  if (first !== undefined) {
    const rest = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
    return {
      type,
      status: 'False',
      reason: 'NotFound',
      message: `spec.workloads names ${first.kind} ${first.namespace}/${first.name}${rest}, which does not exist.`,
    };
  }
  return {
    type,
    status: 'True',
    reason: 'Linked',
    message: total === 1 ? '1 workload is linked.' : `${total} workloads are linked.`,
  };
}

/** Waits that no object times are timed by the status, so that a restart of the operator forgives none. */
function troubledSince(entity: TrimmedEntity): { troubledSinceMs?: number } {
  const stored = entity.status?.health;
  if (stored?.verdict !== 'Progressing' && stored?.verdict !== 'Degraded') return {};
  const since = Date.parse(stored.since);
  return Number.isNaN(since) ? {} : { troubledSinceMs: since };
}

function sinceOf(entity: TrimmedEntity, verdict: HealthStatus['verdict'], nowMs: number): string {
  const stored = entity.status?.health;
  return stored?.verdict === verdict ? stored.since : new Date(nowMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
