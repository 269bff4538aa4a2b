import type { EntityKind, EntityStatus, HealthGap, HealthStatus, LastKnown, WorkloadStatus } from '@portolan/crds';
import { healthKinds } from '../workloads/health/registry.ts';
import { isOfEntities, type Loss, type LostSource } from './loss.ts';

/** Most gaps that a status names. */
const shownGaps = 10;

/** Everything that is out of sight. */
export interface Losses {
  /** Nothing is known to be true: the operator or the API server cannot be heard. */
  everything: Loss | undefined;
  sources: readonly LostSource[];
}

/** What is worth telling of losses: a kind that nobody installed is none. */
export function faultsOf({ everything, sources }: Losses): Losses {
  return { everything, sources: sources.filter(({ isAbsent }) => isAbsent !== true) };
}

/** Nothing is out of sight. */
export const noLosses: Losses = Object.freeze({ everything: undefined, sources: [] });

/** What a loss takes from an entity is decided by its kind, its namespace and what its status says of workloads. */
export interface Concerned {
  kind: EntityKind;
  namespace: string;
  status: EntityStatus | undefined;
}

/** The loss that takes an entity's verdict, if any does: a refusal, which someone can mend, before the longest one. */
export function lossOf(entity: Concerned, losses: Losses): Loss | undefined {
  if (entity.status?.health === undefined) return undefined;
  return losses.everything ?? worst(losses.sources.filter((lost) => takesVerdict(lost, entity)));
}

/**
 * The status as it may be told while sources are lost: an affected verdict reads Unknown, with why and since when, and
 * stands in `lastKnown`; a supporting kind that is lost is a gap. Pure, and the same object where nothing is affected.
 * It never makes anything better: a status that says already what was last known keeps that, and one that is Unknown for
 * that reason stays as it is.
 */
export function withLosses(entity: Concerned, losses: Losses): EntityStatus | undefined {
  const { status } = entity;
  if (status?.health === undefined) return status;
  const loss = lossOf(entity, losses);
  const gaps = gapsOf(status, losses.sources);
  if (loss === undefined && gaps.length === 0) return status;
  // Without the entity's own kind, what is said of its workloads is as old as the rest.
  const all = losses.everything ?? worst(losses.sources.filter((each) => isOwn(each, entity)));
  const items = status.workloads?.items?.map((item) => {
    const lost = all ?? worst(losses.sources.filter((each) => concerns(each, item)));
    return lost === undefined ? item : unknownItem(item, lost);
  });
  return {
    ...status,
    ...(status.workloads !== undefined && items !== undefined && { workloads: { ...status.workloads, items } }),
    health: withGaps(loss === undefined ? status.health : unknownHealth(status.health, loss), gaps),
  };
}

/** Whether a lost source takes an entity's verdict, or leaves a gap in it. */
export function isConcerned(entity: Concerned, lost: LostSource): boolean {
  if (entity.status?.health === undefined) return false;
  return takesVerdict(lost, entity) || gapsOf(entity.status, [lost]).length > 0;
}

/** The status as it was before {@link withLosses}, as far as it tells: what is composed anew starts from that. */
export function withoutLosses(status: EntityStatus | undefined): EntityStatus | undefined {
  const health = status?.health;
  if (status === undefined || health?.lastKnown === undefined) return status;
  const { lastKnown, nextStep: _, ...rest } = health;
  return { ...status, health: { ...rest, ...lastKnown } };
}

/** Whether a loss concerns what stands behind a workload. */
function concerns(lost: LostSource, item: WorkloadStatus): boolean {
  if (isOfEntities(lost) || (lost.namespace !== undefined && lost.namespace !== item.namespace)) return false;
  if (lost.kind === item.kind) return true;
  return item.supporting === true ? supportedBy(item.kind, lost.kind) : runBy(item.kind, lost.kind);
}

/** Whether objects of `part` are what a primary of this kind runs. A kind that is configured may run any of them. */
function runBy(kind: string, part: string): boolean {
  switch (part) {
    case 'Pod':
      return true;
    case 'ReplicaSet':
      return !ownsPodsItself.has(kind);
    case 'Job':
      return kind === 'CronJob';
    default:
      return false;
  }
}

const ownsPodsItself: ReadonlySet<string> = new Set(['StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'Pod']);

function supportedBy(kind: string, part: string): boolean {
  return part === 'EndpointSlice' && kind === 'Service';
}

/** Whether the entity itself is not seen. */
function isOwn(lost: LostSource, { kind, namespace }: Concerned): boolean {
  return isOfEntities(lost) && lost.kind === kind && (lost.namespace ?? namespace) === namespace;
}

function takesVerdict(lost: LostSource, entity: Concerned): boolean {
  if (isOfEntities(lost)) return isOwn(lost, entity);
  const { status } = entity;
  const { items = [], more = 0 } = status?.workloads ?? {};
  if (items.some((item) => item.supporting !== true && concerns(lost, item))) return true;
  // Some workloads are not named, and may be of that kind.
  return more > 0 && !neverPrimary.has(lost.kind);
}

/** What is watched and runs nothing. Kinds of the configuration are not known here, and may run an entity. */
const neverPrimary: ReadonlySet<string> = new Set([
  ...healthKinds.filter(({ role }) => role === 'supporting').map(({ kind }) => kind),
  'EndpointSlice',
  'StorageClass',
  'Namespace',
  'Lease',
]);

function gapsOf(status: EntityStatus, sources: readonly LostSource[]): HealthGap[] {
  const supporting = status.workloads?.items?.filter((item) => item.supporting === true) ?? [];
  return sources
    .filter((lost) => supporting.some((item) => concerns(lost, item)))
    .map(({ kind, namespace = '', reason }) => ({ kind, namespace, reason }));
}

function withGaps(health: HealthStatus, gaps: readonly HealthGap[]): HealthStatus {
  if (gaps.length === 0) return health;
  const others = (health.gaps ?? []).filter(
    (known) => known.name !== undefined || !gaps.some((gap) => gap.kind === known.kind),
  );
  return { ...health, gaps: [...gaps, ...others].slice(0, shownGaps) };
}

function unknownHealth(health: HealthStatus, loss: Loss): HealthStatus {
  // Told already, by the operator: since when is its to say.
  if (health.verdict === 'Unknown' && health.reason === loss.reason) return health;
  const { lastKnown, nextStep: _, ...rest } = health;
  return {
    ...rest,
    verdict: 'Unknown',
    reason: loss.reason,
    message: loss.message,
    since: timeOf(loss.sinceMs),
    ...(loss.nextStep !== undefined && { nextStep: loss.nextStep }),
    lastKnown: lastKnown ?? lastKnownOf(health),
  };
}

function lastKnownOf({ verdict, reason, message, since }: HealthStatus): LastKnown {
  return { verdict, reason, message, since };
}

function unknownItem(item: WorkloadStatus, loss: Loss): WorkloadStatus {
  return { ...item, verdict: 'Unknown', reason: loss.reason, message: loss.message };
}

function worst<L extends Loss>(losses: readonly L[]): L | undefined {
  return losses.reduce<L | undefined>((first, next) => {
    if (first === undefined) return next;
    const isRefusal = Number(next.reason === 'Forbidden') - Number(first.reason === 'Forbidden');
    return isRefusal > 0 || (isRefusal === 0 && next.sinceMs < first.sinceMs) ? next : first;
  }, undefined);
}

/** As Kubernetes writes times. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
