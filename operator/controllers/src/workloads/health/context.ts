import type { HealthStatus } from '@portolan/crds';
import type { TrimmedJob } from '../trim-batch.ts';
import type { TrimmedEndpointSlice } from '../trim-network.ts';
import type { TrimmedPersistentVolumeClaim } from '../trim-support.ts';
import type { TrimmedPod, TrimmedReplicaSet } from '../trim.ts';

/** How long what is not as it should be is excused, in ms. */
export interface GracePeriods {
  /** A pod that no node takes: a scheduler or an autoscaler may be at work. */
  unschedulable: number;
  /** A pod whose containers are not created: volumes are attached, networks set up. */
  creating: number;
  /** A running container that is not ready, or replicas that are missing. */
  notReady: number;
  /** A container that runs again must hold for so long before it counts as recovered. */
  crashSettles: number;
  /** A restart is worth a remark for so long: the kubelet forgets its back-off after 10 minutes (kubelet MaxContainerBackOff reset). */
  restarted: number;
  /** A load balancer, an ingress controller, a provisioner or a Gateway that has not answered. */
  answering: number;
  /** A scheduled run that has not begun: the controller looks every 10 s and creates Jobs late under load. */
  missedRun: number;
  /** A deletion that does not come to an end. */
  terminating: number;
}

export const gracePeriods: Readonly<GracePeriods> = {
  unschedulable: 60_000,
  creating: 5 * 60_000,
  notReady: 5 * 60_000,
  crashSettles: 60_000,
  restarted: 10 * 60_000,
  answering: 5 * 60_000,
  missedRun: 2 * 60_000,
  terminating: 10 * 60_000,
};

/**
 * What a rule sees beside the object. Whatever is left out is not known, and no rule claims anything that would need
 * it.
 */
export interface RuleContext {
  nowMs: number;
  /** Pods of a workload, or behind a Service. */
  pods: readonly TrimmedPod[];
  /** Overrides {@link gracePeriods}. */
  grace?: Partial<GracePeriods>;
  /** Since when the entity is Progressing or Degraded, as its status says; times the waits that no object times. */
  troubledSinceMs?: number;
  /** ReplicaSets of a Deployment. */
  replicaSets?: readonly TrimmedReplicaSet[];
  /** Jobs of a CronJob. */
  jobs?: readonly TrimmedJob[];
  /** EndpointSlices of a Service. */
  endpointSlices?: readonly TrimmedEndpointSlice[];
  /** Every workload that a Service leads to is scaled to zero. */
  isScaledToZero?: boolean;
  /** Whether a Service of the object's namespace exists. */
  hasService?: (name: string) => boolean;
  /** A claim of the object's namespace. */
  claim?: (name: string) => TrimmedPersistentVolumeClaim | undefined;
  /** `volumeBindingMode` of a StorageClass; undefined where the class is not known. */
  bindingMode?: (storageClass: string) => string | undefined;
  /** Whether a class of Ingress is known to publish addresses; undefined where that is not known. */
  publishesAddress?: (ingressClass: string) => boolean | undefined;
}

/** Reasons of Degraded that a wait for `notReady` comes to where nothing but the status times it. */
const outwaited: ReadonlySet<string> = new Set(['PodsMissing', 'Partial', 'Unavailable']);

/**
 * What the stored health tells of waits that no object times, so that a restart of the operator forgives none. The
 * verdict that such a wait came to began when the grace was over: without the grace that went before it, the wait would
 * begin anew with the verdict, and the entity would go to and fro between both for ever.
 */
export function troubledSince(
  stored: Pick<HealthStatus, 'verdict' | 'reason' | 'since'> | undefined,
  grace?: Partial<GracePeriods>,
): Pick<RuleContext, 'troubledSinceMs'> {
  if (stored?.verdict !== 'Progressing' && stored?.verdict !== 'Degraded') return {};
  const since = Date.parse(stored.since);
  if (Number.isNaN(since)) return {};
  const isOutwaited = stored.verdict === 'Degraded' && outwaited.has(stored.reason);
  return { troubledSinceMs: isOutwaited ? since - { ...gracePeriods, ...grace }.notReady : since };
}

/** A wait that is excused until its grace is over. */
export interface Wait {
  isOver: boolean;
  /** Until it is over; undefined when it is, or when nobody knows since when it lasts. */
  recheckMs: number | undefined;
}

/** Whether a wait that began at `sinceMs` has used up its grace. An unknown beginning is never over. */
export function waitOf(sinceMs: number | undefined, kind: keyof GracePeriods, context: RuleContext): Wait {
  if (sinceMs === undefined) return { isOver: false, recheckMs: undefined };
  // A clock that is behind must not excuse for longer than the grace.
  const waitedMs = Math.max(0, context.nowMs - sinceMs);
  const leftMs = graceOf(kind, context) - waitedMs;
  return leftMs <= 0 ? { isOver: true, recheckMs: undefined } : { isOver: false, recheckMs: leftMs };
}

export function graceOf(kind: keyof GracePeriods, { grace }: RuleContext): number {
  return grace?.[kind] ?? gracePeriods[kind];
}

/** `5 minutes`, for sentences that must not change every second. */
export function graceWords(kind: keyof GracePeriods, context: RuleContext): string {
  const seconds = Math.round(graceOf(kind, context) / 1000);
  if (seconds < 120 || seconds % 60 !== 0) return `${seconds} seconds`;
  return `${seconds / 60} minutes`;
}
