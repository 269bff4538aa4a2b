import { apiGroup, type ClusterSource, type NextStep } from '@portolan/crds';

/** Why what was known is known no longer. */
export type LossReason = 'Stale' | 'Forbidden' | 'NotSynced';

/** Something that a verdict comes from is out of sight. The texts are the same for as long as it lasts. */
export interface Loss {
  reason: LossReason;
  /** For people. */
  message: string;
  /** Since when, in milliseconds since the epoch. */
  sinceMs: number;
  nextStep?: NextStep;
}

/** A watched resource of which no changes arrive, or which was never read. */
export interface LostSource extends Loss {
  /** Full name, such as `deployments.apps`. */
  resource: string;
  kind: string;
  /** Absent when it is lost wherever it is watched. */
  namespace?: string;
  /**
   * The kind is not installed and was not since the operator started, as a Gateway API that nobody uses: no fault, and
   * of no consequence but for a status that still names an object of it.
   */
  isAbsent?: true;
}

/** The sources among these that are lost. */
export function lostSources(sources: readonly ClusterSource[]): LostSource[] {
  return sources.filter(isLost).map((source) => {
    const { resource, kind, namespace, since } = source;
    const reason = lossReasonOf(source);
    return {
      resource,
      kind,
      ...(namespace !== undefined && { namespace }),
      reason,
      message: isAbsent(source) ? `${resource} is not installed.` : messageOf(resource, reason, namespace),
      sinceMs: Date.parse(since),
      nextStep: nextStepOf(source, reason),
      ...(isAbsent(source) && { isAbsent: true }),
    };
  });
}

/** Whether the kind is not installed and was not since the operator started. */
export function isAbsent({ synced, reason }: Pick<ClusterSource, 'synced' | 'reason'>): boolean {
  return !synced && reason === 'NotInstalled';
}

/** Whether nobody can say that what is known of the source is true now. */
export function isLost({ synced, connected }: Pick<ClusterSource, 'synced' | 'connected'>): boolean {
  return !synced || !connected;
}

/** Whether the source is of a kind of ours, in which entities are written. */
export function isOfEntities({ resource }: Pick<ClusterSource, 'resource'>): boolean {
  return resource.endsWith(`.${apiGroup}`);
}

function lossReasonOf({ synced, reason }: ClusterSource): LossReason {
  if (reason === 'Forbidden') return 'Forbidden';
  return !synced && reason === undefined ? 'NotSynced' : 'Stale';
}

function messageOf(resource: string, reason: LossReason, namespace: string | undefined): string {
  const what = namespace === undefined ? resource : `${resource} of namespace ${namespace}`;
  switch (reason) {
    case 'Forbidden':
      return `Portolan may not read ${what}.`;
    case 'NotSynced':
      return `Portolan has not read ${what} since it started.`;
    case 'Stale':
      return `No changes of ${what} arrive.`;
  }
}

function nextStepOf({ resource, namespace }: ClusterSource, reason: LossReason): NextStep {
  if (reason === 'Forbidden') {
    const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
    return { text: `Grant list and watch on ${resource}${where} to Portolan's ServiceAccount.` };
  }
  return {
    text: 'See which sources Portolan has lost and why.',
    command: 'kubectl get clusters.portolan.dev -A -o yaml',
  };
}
