import { parseArgs } from 'node:util';
import { isSound, runFaultSchedule, type ScheduleResult } from '@portolan/runtime/testing';

const defaultSeeds = 10_000;

/**
 * `hack/bench faults N`: an informer under the first N seeded schedules of faults. `hack/bench faults --seed S` runs one
 * and says what happened in it. Fails when a store ends unlike its server, or stepped back on the way.
 */
export async function benchFaults(args: readonly string[], print: (line: string) => void): Promise<void> {
  const options = { seed: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (values.seed !== undefined) {
    const result = await runFaultSchedule({ seed: Number(values.seed) });
    for (const step of result.steps) print(step);
    report(result, print);
    if (!isSound(result)) throw new Error(`seed ${values.seed} is not sound`);
    return;
  }
  const seeds = Number(positionals[0] ?? defaultSeeds);
  const startedAt = performance.now();
  const failed: number[] = [];
  let [differences, backwardSteps, gaps, changes, virtualMs] = [0, 0, 0, 0, 0];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const result = await runFaultSchedule({ seed });
    differences += result.differences.length;
    backwardSteps += result.backwardSteps.length;
    gaps += result.gaps.length;
    changes += result.changes;
    virtualMs += result.virtualMs;
    if (isSound(result)) continue;
    failed.push(seed);
    if (failed.length <= 3) report(result, print);
  }
  const tookS = ((performance.now() - startedAt) / 1000).toFixed(1);
  print(
    `schedules: ${seeds} in ${tookS} s, ${(virtualMs / 3_600_000).toFixed(0)} h of their own time, ${changes} changes`,
  );
  print(`differences between store and truth: ${differences}; backward steps: ${backwardSteps}; gaps: ${gaps}`);
  if (failed.length > 0) {
    throw new Error(
      `failing seeds: ${failed.slice(0, 20).join(', ')}; replay with hack/bench faults --seed ${failed[0]}`,
    );
  }
}

function report(result: ScheduleResult, print: (line: string) => void): void {
  const { seed, differences, backwardSteps, gaps, changes } = result;
  print(`seed ${seed}: ${changes} changes, ${JSON.stringify({ differences, backwardSteps, gaps })}`);
}
