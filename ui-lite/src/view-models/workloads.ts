import type { HealthStatus, WorkloadsStatus, WorkloadStatus } from '@portolan/crds';
import { healthBadge, type HealthBadge } from './health.ts';
import { reasonWords } from './reasons.ts';

export interface WorkloadRow {
  kind: string;
  name: string;
  namespace: string;
  /** `2/3`, or that nobody knows. */
  ready: string;
  images: readonly string[];
  badge: HealthBadge;
  message: string | undefined;
  link: string;
  shared: boolean;
}

export interface WorkloadsView {
  total: number;
  /** Of all workloads together; absent when nothing is counted. */
  readiness: string | undefined;
  rows: readonly WorkloadRow[];
  /** What only serves or stores for what runs. */
  supporting: readonly WorkloadRow[];
  more: number;
}

export const linkWords: Readonly<Record<WorkloadStatus['link'], string>> = {
  Annotation: 'Annotation on the entity',
  Label: 'Label on the workload',
  Spec: 'Listed in spec.workloads',
  Name: 'Same app name',
};

/** @param health - of the entity; where it says what was last known, the counts are as old */
export function workloadsView(workloads: WorkloadsStatus, health?: HealthStatus): WorkloadsView {
  const rows = (workloads.items ?? []).map((item) => ({
    supporting: item.supporting === true,
    row: workloadRow(item),
  }));
  return {
    total: workloads.total,
    readiness: readiness(workloads, health?.lastKnown !== undefined),
    rows: rows.filter(({ supporting }) => !supporting).map(({ row }) => row),
    supporting: rows.filter(({ supporting }) => supporting).map(({ row }) => row),
    more: workloads.more ?? 0,
  };
}

function readiness({ ready, desired }: WorkloadsStatus, isOld: boolean): string | undefined {
  if (desired === 0 && ready === 0) return undefined;
  const words = `${ready} of ${desired} replicas ready`;
  return isOld ? `Last known: ${words}` : words;
}

/** Zeros of a workload that could not be read are no counts. */
function isCounted(item: WorkloadStatus): boolean {
  return item.verdict !== 'Unknown' || item.desired > 0 || item.ready > 0;
}

function workloadRow(item: WorkloadStatus): WorkloadRow {
  return {
    kind: item.kind,
    name: item.name,
    namespace: item.namespace,
    ready: isCounted(item) ? `${item.ready}/${item.desired}` : 'unknown',
    images: item.images ?? [],
    badge: healthBadge(item.verdict, item.reason),
    message: item.message === undefined || item.message === '' ? reasonWords(item.reason) : item.message,
    link: linkWords[item.link],
    shared: item.shared === true,
  };
}
