import type { Verdict } from '@portolan/crds';
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
