import type { Figures } from './race.ts';

/** How one figure is shown, and what the ratio ours : Go should not exceed. */
interface Row {
  label: string;
  of: (figures: Figures) => number | undefined;
  digits: number;
  aim?: number;
}

const rows: readonly Row[] = [
  { label: 'start → synced, s', of: (each) => each.syncedMs / 1000, digits: 2, aim: 1.5 },
  { label: 'start → all reconciled, s', of: (each) => each.reconciledMs / 1000, digits: 2, aim: 1.5 },
  { label: 'status writes per object', of: (each) => each.writesPerObject, digits: 3, aim: 1 },
  { label: 'CPU until all reconciled, s', of: (each) => each.reconcileCpuSeconds, digits: 2 },
  { label: 'CPU of the changes, s', of: (each) => each.changesCpuSeconds, digits: 2 },
  { label: 'RSS settled, MiB', of: (each) => each.settledRssMiB, digits: 0, aim: 1.3 },
  { label: 'RSS peak, MiB', of: (each) => each.peakRssMiB, digits: 0, aim: 1.3 },
  { label: 'change → status p50, ms', of: (each) => each.change.p50Ms, digits: 1, aim: 1.5 },
  { label: 'change → status p99, ms', of: (each) => each.change.p99Ms, digits: 1, aim: 1.5 },
  { label: 'restart → synced, s', of: (each) => each.restartSyncedMs / 1000, digits: 2, aim: 1.5 },
  { label: 'restart: status writes', of: (each) => each.restartWrites, digits: 0 },
  { label: 'restart: CPU until settled, s', of: (each) => each.restartCpuSeconds, digits: 2 },
  { label: 'SIGKILL of the leader → status, s', of: (each) => toSeconds(each.failoverMs), digits: 1, aim: 1.5 },
];

/** One Markdown table; a figure that was not measured leaves its row out. */
export function renderTable({ ours, go }: { ours: Figures; go: Figures }): string[] {
  const lines = rows.flatMap(({ label, of, digits, aim }) => {
    const [a, b] = [of(ours), of(go)];
    if (a === undefined || b === undefined) return [];
    const ratio = b === 0 ? '–' : (a / b).toFixed(2);
    return [
      `| ${label} | ${a.toFixed(digits)} | ${b.toFixed(digits)} | ${ratio} | ${aim === undefined ? '' : `≤ ${aim}`} |`,
    ];
  });
  return [
    `| ${ours.entities} entities | Portolan | Go | ratio | aim |`,
    '| --- | ---: | ---: | ---: | ---: |',
    ...lines,
  ];
}

function toSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
