import type { HealthGap, Verdict } from '@portolan/crds';
import type { Finding } from './finding.ts';

/** Worst first (design §3.1). Suspended wins only over nothing: one running workload makes the whole run. */
const worstFirst = ['Degraded', 'Unknown', 'Progressing', 'Healthy', 'Suspended'] as const satisfies readonly Verdict[];

/** The finding that stands for all, or undefined without any. Ties go to the first. */
export function aggregate<F extends Pick<Finding, 'verdict'>>(findings: readonly F[]): F | undefined {
  for (const verdict of worstFirst) {
    const found = findings.find((each) => each.verdict === verdict);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What primaries and supporting objects make together. */
export interface Aggregate<F> {
  worst: F;
  /** What the verdict was reached without: every Unknown that is not itself the verdict. */
  gaps: readonly HealthGap[];
}

/**
 * The health of an entity: the worst of its primaries, to which the supporting kinds add at most Degraded(Partial). A
 * supporting Unknown changes no verdict and is told as a gap. Undefined without a primary: what only supports says
 * nothing about what runs.
 */
export function aggregateHealth<F extends Finding>(options: {
  primaries: readonly F[];
  supporting: readonly F[];
}): Aggregate<F> | undefined {
  const { primaries, supporting } = options;
  const worst = aggregate(primaries);
  if (worst === undefined) return undefined;
  const support = aggregate(supporting.filter(({ verdict }) => verdict === 'Degraded' || verdict === 'Progressing'));
  const capped = support === undefined ? [] : [cap(support)];
  // A stopped entity stays stopped while a part of what serves it starts.
  const counted = capped.filter((each) => worst.verdict !== 'Suspended' || each.verdict === 'Degraded');
  const stands = aggregate([worst, ...counted]) ?? worst;
  const unknown = [...primaries, ...supporting].filter((each) => each.verdict === 'Unknown' && each !== stands);
  return { worst: stands, gaps: unknown.map(gapOf) };
}

function cap<F extends Finding>(finding: F): F {
  if (finding.verdict !== 'Degraded') return finding;
  return { ...finding, reason: 'Partial' };
}

function gapOf({ evidence, reason }: Finding): HealthGap {
  const [of] = evidence;
  return {
    kind: of?.kind ?? 'Unknown',
    namespace: of?.namespace ?? '',
    ...(of !== undefined && { name: of.name }),
    reason,
  };
}
