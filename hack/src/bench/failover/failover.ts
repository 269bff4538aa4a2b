import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { milliseconds, summarise } from '../latency.ts';
import { startArena, type Arena } from './arena.ts';
import { faults, runTrial, type Fault, type Trial } from './trial.ts';

const settleMs = 500;

/** A fifth of the usual. */
const leaseUnlessSaid = 3;

/**
 * `hack/bench failover [N] [SECONDS]`: N trials (30) in which a leader under load is frozen, killed or partitioned, in
 * turn, with a lease of so many seconds (3; the usual is 15). What was written when, and by whom, is read from the API server's audit log.
 */
export async function benchFailover(args: readonly string[], print: (line: string) => void): Promise<void> {
  const count = Number(args[0] ?? '30');
  const leaseS = Number(args[1] ?? leaseUnlessSaid);
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(leaseS) || leaseS < 1) {
    throw new Error('usage: hack/bench failover [N ≥ 1] [SECONDS ≥ 1]');
  }
  const directory = await mkdtemp(join(tmpdir(), 'portolan-failover-'));
  let arena: Arena | undefined;
  try {
    arena = await startArena(directory, leaseS);
    const trials: Trial[] = [];
    for (let at = 0; at < count; at += 1) {
      const fault = faults[at % faults.length] ?? 'freeze';
      const trial = await runTrial(arena, fault);
      trials.push(trial);
      print(`trial ${at + 1} ${fault}: ${describe(trial)}`);
      await sleep(settleMs);
    }
    report({ trials, arena, print });
  } finally {
    await arena?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function describe({ failoverMs, claimMs, late, overwrote, refused, ended }: Trial): string {
  const lateText = late
    .map(({ object, afterMs }) => `${object} ${milliseconds(afterMs)} ms after the claim`)
    .join(', ');
  const words = [
    `lease taken after ${milliseconds(claimMs)} ms`,
    `first write of the successor after ${milliseconds(failoverMs)} ms`,
    `late writes ${late.length}${late.length === 0 ? '' : ` (${lateText})`}`,
    `over the successor's ${overwrote}`,
    `refused ${refused}`,
    `the old one: ${ended}`,
  ];
  return words.join(', ');
}

function report(options: { trials: readonly Trial[]; arena: Arena; print: (line: string) => void }): void {
  const { trials, arena, print } = options;
  const { durationS, deadlineS, retryS } = arena.timing;
  print(`lease ${durationS} s, renew deadline ${deadlineS} s, retry ${retryS} s; ${arena.changesPerSecond} changes/s`);
  const row = (fault: Fault | 'all', of: readonly Trial[]): void => {
    if (of.length === 0) return;
    const failover = summarise(of.map((each) => each.failoverMs));
    const claim = summarise(of.map((each) => each.claimMs));
    const late = of.reduce((sum, each) => sum + each.late.length, 0);
    const overwrote = of.reduce((sum, each) => sum + each.overwrote, 0);
    const refused = of.reduce((sum, each) => sum + each.refused, 0);
    print(
      `${fault}: ${of.length} trials, failover p50 ${milliseconds(failover.p50Ms)} ms, p99 ${milliseconds(failover.p99Ms)} ms ` +
        `(lease taken p50 ${milliseconds(claim.p50Ms)} ms, p99 ${milliseconds(claim.p99Ms)} ms), ` +
        `accepted late writes of the deposed ${late}, of these over what its successor had written ${overwrote}; refused ${refused}`,
    );
  };
  for (const fault of faults)
    row(
      fault,
      trials.filter((each) => each.fault === fault),
    );
  row('all', trials);
}
