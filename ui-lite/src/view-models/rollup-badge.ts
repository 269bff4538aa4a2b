import type { Rollup } from '@portolan/catalog';
import { healthBadge, type HealthBadge } from './health.ts';

const summaries: Readonly<Record<string, string>> = {
  PartsHealthy: 'Every part that has workloads is healthy.',
  PartsSuspended: 'Everything that has workloads is suspended on purpose.',
  NoPartHasHealth: 'Nothing is known: no workload is linked to any part.',
  NoParts: 'It has no components and no resources.',
};

/** The sentence for a reason that is about all parts together; `undefined` for the reason of one of them. */
export function partsWords(reason: string): string | undefined {
  return Object.hasOwn(summaries, reason) ? summaries[reason] : undefined;
}

/** The badge of a roll-up; none while no part has health: nothing is known then, and nothing is green. */
export function rollupBadge({ verdict, reason }: Rollup): HealthBadge | undefined {
  if (verdict === undefined) return undefined;
  return healthBadge(verdict, partsWords(reason) === undefined ? reason : undefined);
}
