import { isLost, lostSources, type Loss, type Losses, type LostSource } from '@portolan/controllers';
import type { ClusterResource, ClusterSource } from '@portolan/crds';
import type { LeaseSight } from './lease-observer.ts';

/** How long a watch of this server is away, or a report is missing, before it is told. */
export const ownAfterMs = 10_000;
/** How long a server waits for the first report: an operator writes it some seconds after it began to lead. */
export const reportAfterMs = 20_000;

/** What tells a server how current its verdicts are. */
export interface Evidence {
  /** What this process has lost as the leading operator; undefined where another one leads, or none. */
  led: readonly LostSource[] | undefined;
  /** The Cluster `local`; undefined while there is none. */
  cluster: ClusterResource | undefined;
  /** Since when there has been no report in it; undefined while there is one. */
  noReportSinceMs: number | undefined;
  /** Absent where nobody is elected: then nothing tells a live operator from a dead one. */
  lease: LeaseSight | undefined;
  /** The watches of this server: entities, the Cluster, the Lease. */
  own: readonly ClusterSource[];
  nowMs: number;
}

/** The message of a server that does not hear the operator. */
export const operatorIsSilent = 'The operator does not renew its Lease: nobody looks at what runs.';

/** Kinds without which a server knows nothing of the operator. */
const signs: ReadonlySet<string> = new Set(['clusters.portolan.dev', 'leases.coordination.k8s.io']);

/** What a server cannot know to be true, from what it sees. Pure. */
export function lossesOf(evidence: Evidence): Losses {
  const { cluster, led, own, nowMs } = evidence;
  const lostOwn = lostSources(own.filter((source) => isLost(source) && !isStarting(source, nowMs)));
  const cutOff = lossOfContact(own, lostOwn);
  const lostEntities = lostOwn.filter(({ resource }) => !signs.has(resource));
  if (led !== undefined) return { everything: cutOff, sources: [...lostEntities, ...led] };
  return {
    everything: cutOff ?? signLoss(lostOwn) ?? silence(evidence) ?? missingReport(evidence),
    sources: [...lostEntities, ...lostSources(cluster?.status?.sources ?? [])],
  };
}

/** A first listing takes its time, and what it has not brought yet is not served either. */
function isStarting({ synced, reason, since }: ClusterSource, nowMs: number): boolean {
  return !synced && reason === undefined && nowMs - Date.parse(since) < ownAfterMs;
}

/** All watches are away, and none because it was refused: it is the API server. */
function lossOfContact(own: readonly ClusterSource[], lostOwn: readonly LostSource[]): Loss | undefined {
  const isCutOff = own.length > 0 && lostOwn.length === own.length;
  if (!isCutOff || lostOwn.some(({ reason }) => reason !== 'Stale')) return undefined;
  return {
    reason: 'Stale',
    message: 'The API server does not answer: whatever has changed since is not known.',
    sinceMs: Math.min(...lostOwn.map(({ sinceMs }) => sinceMs)),
    nextStep: { text: 'See whether the API server answers.', command: 'kubectl get --raw /readyz?verbose' },
  };
}

function signLoss(lostOwn: readonly LostSource[]): Loss | undefined {
  const lost = lostOwn.find(({ resource }) => signs.has(resource));
  if (lost === undefined) return undefined;
  return { ...lost, message: `${lost.message} So it cannot be told whether the operator works.` };
}

function silence({ lease }: Evidence): Loss | undefined {
  if (lease === undefined || lease.silentForMs < lease.allowedMs) return undefined;
  return {
    reason: 'Stale',
    message: operatorIsSilent,
    sinceMs: lease.heardAtMs,
    nextStep: { text: 'See whether the operator runs, and what it logs.', command: 'kubectl get pods,leases -A' },
  };
}

function missingReport({ noReportSinceMs, nowMs }: Evidence): Loss | undefined {
  if (noReportSinceMs === undefined || nowMs - noReportSinceMs < reportAfterMs) return undefined;
  return {
    reason: 'NotSynced',
    message: 'The operator does not report what it sees: the Cluster local in its namespace has no sources.',
    sinceMs: noReportSinceMs,
    nextStep: {
      text: "Apply the operator's CRDs and roles of this release.",
      command: 'kubectl get clusters.portolan.dev -A',
    },
  };
}
