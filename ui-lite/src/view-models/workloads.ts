import type { WorkloadsStatus, WorkloadStatus } from '@portolan/crds';
import { healthBadge, type HealthBadge } from './health.ts';
import { reasonWords } from './reasons.ts';
import type { Staleness } from './sources.ts';

export interface WorkloadRow {
  kind: string;
  name: string;
  namespace: string;
  desired: number;
  ready: number;
  images: readonly string[];
  badge: HealthBadge;
  message: string | undefined;
  link: string;
  shared: boolean;
}

export interface WorkloadsView {
  total: number;
  desired: number;
  ready: number;
  rows: readonly WorkloadRow[];
  more: number;
}

const linkWords: Readonly<Record<WorkloadStatus['link'], string>> = {
  Annotation: 'Annotation on the entity',
  Label: 'Label on the workload',
  Spec: 'Listed in spec.workloads',
  Name: 'Same app name',
};

export function workloadsView(workloads: WorkloadsStatus, stale?: Staleness): WorkloadsView {
  return {
    total: workloads.total,
    desired: workloads.desired,
    ready: workloads.ready,
    rows: (workloads.items ?? []).map((item) => workloadRow(item, stale)),
    more: workloads.more ?? 0,
  };
}

function workloadRow(item: WorkloadStatus, stale: Staleness | undefined): WorkloadRow {
  return {
    kind: item.kind,
    name: item.name,
    namespace: item.namespace,
    desired: item.desired,
    ready: item.ready,
    images: item.images ?? [],
    badge: healthBadge(item.verdict, item.reason, stale),
    message: item.message === undefined || item.message === '' ? reasonWords(item.reason) : item.message,
    link: linkWords[item.link],
    shared: item.shared === true,
  };
}
