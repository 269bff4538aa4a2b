import { conditionTypes, type Evidence, type HealthStatus, type WorkloadsStatus } from '@portolan/crds';
import type { Fragment, FragmentSource, StatedCondition } from '../composer/fragment.ts';
import type { TrimmedEntity } from '../entities/trimmed-entity.ts';
import { aggregateHealth, type Aggregate } from './health/aggregate.ts';
import { troubledSince, type GracePeriods } from './health/context.ts';
import { createLinkJudge, type Judged, type JudgedLinks } from './judge-links.ts';
import { linkingKinds, type Linker, type Links } from './links.ts';
import { createRuleContexts } from './rule-context.ts';
import { createSupporters } from './supporters.ts';
import type { WorkloadStores } from './workload-stores.ts';

const shownWorkloads = 20;
const shownEvidence = 10;
const shownGaps = 10;

/**
 * The workloads controller's part of a status: `workloads`, `health` and `WorkloadsLinked`.
 *
 * @param options.grace overrides the grace periods of the rules
 */
export function createWorkloadFragments(options: {
  linker: Linker;
  workloads: WorkloadStores;
  grace?: Partial<GracePeriods>;
}): FragmentSource {
  const { linker, workloads, grace } = options;
  const supporters = createSupporters(workloads);
  const judgeLinks = createLinkJudge({
    workloads,
    supporters,
    contexts: createRuleContexts({ workloads, supporters }),
  });
  const kinds: readonly string[] = linkingKinds;
  return (entity, nowMs) => {
    // What is not listed yet is not gone: the stored part stands until every source has answered.
    if (!kinds.includes(entity.kind) || !workloads.isSettled()) return {};
    const links = linker.linksOf(entity);
    const judged = judgeLinks(entity, links, {
      nowMs,
      ...(grace !== undefined && { grace }),
      ...troubledSince(entity.status?.health, grace),
    });
    const together = aggregateHealth(judged);
    if (together === undefined) return withoutWorkloads(entity, links, { nowMs, workloads });
    const rechecks = [...judged.primaries, ...judged.supporting].flatMap((each) => each.recheckMs ?? []);
    return {
      fields: { workloads: summarise(judged), health: healthOf(entity, together, judged, nowMs) },
      conditions: [linkedCondition(links)],
      ...(rechecks.length > 0 && { recheckMs: Math.min(...rechecks) }),
    };
  };
}

function summarise({ primaries, supporting }: JudgedLinks): WorkloadsStatus {
  const items = [...primaries, ...supporting].map((each) => each.item);
  const more = items.length - shownWorkloads;
  return {
    total: primaries.length,
    desired: sum(primaries.map((each) => each.item.desired)),
    ready: sum(primaries.map((each) => each.item.ready)),
    items: items.slice(0, shownWorkloads),
    ...(more > 0 && { more }),
  };
}

function healthOf(
  entity: TrimmedEntity,
  { worst, gaps }: Aggregate<Judged>,
  judged: JudgedLinks,
  nowMs: number,
): HealthStatus {
  const evidence: Evidence[] = [
    ...judged.primaries.filter((each) => each.verdict === worst.verdict),
    // An Unknown of what supports is a gap, and its health proves nothing of what runs.
    ...judged.supporting.filter(({ verdict }) => verdict === worst.verdict && explains.has(verdict)),
  ].flatMap((each) => each.evidence);
  const more = evidence.length - shownEvidence;
  const missing = [...gaps, ...judged.gaps];
  return {
    verdict: worst.verdict,
    reason: worst.reason,
    message: worst.message,
    since: sinceOf(entity, worst.verdict, nowMs),
    ...(worst.nextStep !== undefined && { nextStep: worst.nextStep }),
    ...(missing.length > 0 && { gaps: missing.slice(0, shownGaps) }),
    evidence: evidence.slice(0, shownEvidence),
    ...(more > 0 && { more }),
  };
}

const explains: ReadonlySet<string> = new Set(['Degraded', 'Progressing']);

/** Never linked: no health. Linked before and nothing now: Unknown, because something was lost. */
function withoutWorkloads(
  entity: TrimmedEntity,
  links: Links,
  { nowMs, workloads }: { nowMs: number; workloads: WorkloadStores },
): Fragment {
  const hasProblem = links.refusedNamespaces.length > 0 || links.missing.length > 0;
  if (entity.status?.health === undefined) {
    return {
      fields: { workloads: null, health: null },
      conditions: [hasProblem ? linkedCondition(links) : { type: conditionTypes.workloadsLinked, status: null }],
    };
  }
  const hidden = [...workloads.informers.primaries.keys()].filter(
    (kind) => workloads.state(kind, entity.metadata.namespace) === 'refused',
  );
  const reason = hidden.length > 0 ? 'Forbidden' : 'NoWorkloads';
  const message =
    hidden.length > 0
      ? `It had workloads before, and ${hidden.join(', ')} may not be read now: grant the operator list and watch.`
      : 'It had workloads before, and none of them can be found now.';
  return {
    fields: {
      workloads: { total: 0, desired: 0, ready: 0 },
      health: {
        verdict: 'Unknown',
        reason,
        message,
        since: sinceOf(entity, 'Unknown', nowMs),
      },
    },
    conditions: [
      hasProblem ? linkedCondition(links) : { type: conditionTypes.workloadsLinked, status: 'False', reason, message },
    ],
  };
}

function linkedCondition(links: Links): StatedCondition {
  const { refusedNamespaces, missing, unreadable } = links;
  const total = links.links.length + unreadable.length;
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
      message: `spec.workloads names ${first.kind} ${first.namespace}/${first.name}${rest}, which does not exist or is part of another workload.`,
    };
  }
  const unwatched = unreadable.find((each) => each.reason === 'KindNotWatched');
  if (unwatched !== undefined) {
    const { kind, group } = unwatched.named;
    return {
      type,
      status: 'False',
      reason: 'KindNotWatched',
      message: `spec.workloads names the kind ${kind}${group === undefined ? '' : ` of group ${group}`}, which the operator does not watch: add it to --workload-kinds, as in Rollout=rollouts.v1alpha1.argoproj.io.`,
    };
  }
  return {
    type,
    status: 'True',
    reason: 'Linked',
    message: total === 1 ? '1 workload is linked.' : `${total} workloads are linked.`,
  };
}

function sinceOf(entity: TrimmedEntity, verdict: HealthStatus['verdict'], nowMs: number): string {
  const stored = entity.status?.health;
  return stored?.verdict === verdict ? stored.since : new Date(nowMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
