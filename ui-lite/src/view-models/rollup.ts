import type { HealthCounts, Rollup } from '@portolan/catalog';
import { brokenHref, emptyBrokenState } from './broken-state.ts';
import { relatedEntity, type RelatedEntity } from './entity-summary.ts';
import type { EntityLookup } from './entity-lookup.ts';
import { healthBadge, verdicts, type HealthBadge } from './health.ts';
import { reasonWords } from './reasons.ts';
import { partsWords, rollupBadge } from './rollup-badge.ts';

/** How many there are of a verdict; none of them is left out, so that a small number of Unknown is seen, too. */
export interface VerdictCount {
  verdict: string;
  badge: HealthBadge;
  count: number;
  /** How many come before it in reading order. */
  at: number;
}

export interface WorstPart extends RelatedEntity {
  explanation: string | undefined;
}

/** How the parts of a System or Domain are, or what a Group or User owns. */
export interface RollupView {
  /** Absent when no part has health: nothing is known then. */
  badge: HealthBadge | undefined;
  /** One sentence. */
  summary: string;
  total: number;
  counts: readonly VerdictCount[];
  withoutHealth: number;
  worst: readonly WorstPart[];
  more: number;
  /** Of a group with subgroups: what it owns itself. */
  direct: { total: number; counts: readonly VerdictCount[]; withoutHealth: number } | undefined;
  /** What of it is broken, with what to do. */
  brokenHref: string | undefined;
}

export function rollupView(rollup: Rollup, ref: string, lookup: EntityLookup): RollupView {
  const { direct } = rollup;
  const troubled = rollup.counts.Degraded + rollup.counts.Unknown;
  return {
    badge: rollupBadge(rollup),
    summary: partsWords(rollup.reason) ?? troubles(rollup),
    total: rollup.total,
    counts: verdictCounts(rollup),
    withoutHealth: rollup.withoutHealth,
    worst: rollup.worst.map(({ ref: part, verdict, reason }) => ({
      ...relatedEntity(part, lookup),
      health: healthBadge(verdict, reason),
      explanation: reasonWords(reason),
    })),
    more: rollup.more ?? 0,
    direct:
      direct === undefined || direct.total === rollup.total
        ? undefined
        : { total: direct.total, counts: verdictCounts(direct), withoutHealth: direct.withoutHealth },
    brokenHref: troubled > 0 ? partsHref(ref) : undefined,
  };
}

function troubles({ counts, total }: HealthCounts): string {
  const parts = (['Degraded', 'Unknown', 'Progressing'] as const)
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict].toLocaleString('en-US')} ${verdict}`);
  return `${parts.join(', ')} of ${total.toLocaleString('en-US')}.`;
}

function verdictCounts({ counts }: Pick<HealthCounts, 'counts'>): VerdictCount[] {
  let at = 0;
  return verdicts
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => {
      const count = counts[verdict];
      at += count;
      return { verdict, badge: healthBadge(verdict), count, at: at - count };
    });
}

function partsHref(ref: string): string | undefined {
  if (ref.startsWith('group:')) return brokenHref({ ...emptyBrokenState, team: ref });
  if (ref.startsWith('domain:') || ref.startsWith('system:')) return brokenHref({ ...emptyBrokenState, within: ref });
  return undefined;
}
