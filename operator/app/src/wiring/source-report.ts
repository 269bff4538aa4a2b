import { createSourceReport, type Losses, type SourceReport } from '@portolan/controllers';
import { createObjectCreator, createStatusWriter, type Fence } from '@portolan/runtime';
import { clusterResource } from '../resources.ts';
import type { ClusterInformer, Ground } from './ground.ts';

/** What the operator's half of this process knows of its own sources. */
export interface OwnReport {
  report: SourceReport;
  /** Whether this process decides what is written now. */
  leads(): boolean;
  losses(): Losses;
}

/** Reports how the sources of this process do. */
export function addSourceReport(
  ground: Ground,
  { clusters, elector }: { clusters: ClusterInformer; elector: Fence | undefined },
): OwnReport {
  const { transport, clock, metrics, log, lifecycle } = ground;
  const report = createSourceReport({
    // All of this process, whoever added them: what is watched here is what verdicts come from.
    watched: () => ground.sources.map(({ informer }) => informer),
    clusters,
    namespace: ground.home,
    writer: createStatusWriter({ transport, resource: clusterResource, clock, metrics, log, fence: elector }),
    creator: createObjectCreator({ transport, resource: clusterResource, fence: elector }),
    fence: elector,
    clock,
    log,
  });
  lifecycle.add({ name: 'source report', start: (signal) => report.run(signal) });
  return { report, leads: () => elector === undefined || elector.leftMs() > 0, losses: () => report.losses() };
}
