import type { ResourceType } from '../kubernetes/object.ts';

/** Kubernetes' own resource for elections. */
export const leases: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

/** `spec` of a coordination.k8s.io/v1 Lease: the fields that an election reads and writes. */
export interface LeaseSpec {
  /** Who leads; empty or absent after a release. */
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  /** RFC 3339 with microseconds, by the holder's clock: for people, never compared with another clock. */
  acquireTime?: string;
  renewTime?: string;
  /** How often the holder has changed. */
  leaseTransitions?: number;
}

/** A Lease as the API server gives it. What is not ours, such as labels, is carried along. */
export interface Lease {
  metadata: { name: string; namespace?: string; resourceVersion?: string };
  spec?: LeaseSpec;
}

/** How an election is timed, in milliseconds. */
export interface LeaseTiming {
  /** How long others wait for a leader that does not renew. Whole seconds, as the Lease stores them. */
  durationMs: number;
  /** How long a leader trusts its last renewal; shorter than `durationMs`. */
  renewDeadlineMs: number;
  /** Between two renewals, and between two looks of a candidate. */
  retryPeriodMs: number;
}

/** The defaults of client-go's users (k8s.io/component-base/config, controller-runtime). */
export const defaultLeaseTiming: LeaseTiming = { durationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };

/** A candidate pauses for 1 to 2.2 retry periods (client-go's JitterFactor). */
export const jitterFactor = 1.2;

/** Whether two Leases say the same about the leader; a change of labels is no sign of life. */
export function sameRecord(a: Lease, b: Lease): boolean {
  const [one, other] = [a.spec ?? {}, b.spec ?? {}];
  return (
    one.holderIdentity === other.holderIdentity &&
    one.leaseDurationSeconds === other.leaseDurationSeconds &&
    one.acquireTime === other.acquireTime &&
    one.renewTime === other.renewTime &&
    one.leaseTransitions === other.leaseTransitions
  );
}

/** Reads a Lease from an answer; undefined when it is none. */
export function leaseOf(answer: unknown): Lease | undefined {
  if (typeof answer !== 'object' || answer === null || !('metadata' in answer)) return undefined;
  const { metadata } = answer;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  if (!('resourceVersion' in metadata) || typeof metadata.resourceVersion !== 'string') return undefined;
  return answer as Lease;
}

/** The spec of the holder `identity` at `nowMs`: a new term, or the one that it has. */
export function heldSpec(options: {
  before: LeaseSpec | undefined;
  identity: string;
  nowMs: number;
  timing: LeaseTiming;
}): LeaseSpec {
  const { before, identity, nowMs, timing } = options;
  const now = microTime(nowMs);
  const isSameTerm = before?.holderIdentity === identity;
  const transitions = before?.leaseTransitions ?? 0;
  return {
    ...before,
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(timing.durationMs / 1000),
    acquireTime: isSameTerm ? (before.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: before === undefined || isSameTerm ? transitions : transitions + 1,
  };
}

/** The spec after a release, as client-go writes it: nobody holds it, and nobody need wait. */
export function releasedSpec(before: LeaseSpec, nowMs: number): LeaseSpec {
  const now = microTime(nowMs);
  return { ...before, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now };
}

/** Kubernetes' MicroTime. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
