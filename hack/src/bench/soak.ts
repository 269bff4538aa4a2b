import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runSoak } from '@portolan/runtime/testing';

const updates = 1_000_000;
const pairs = 100_000;
const rounds = 10;

/**
 * `hack/bench soak [N]`: N updates (a million where absent) and a tenth as many pairs of create and delete through a
 * server in this process, an informer, a controller and its watermark; what is left in memory afterwards.
 */
export async function benchSoak(args: readonly string[], print: (line: string) => void): Promise<void> {
  const total = Number(args[0] ?? updates);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const startedAt = performance.now();
  const result = await runSoak({ updates: total, pairs: Math.round((total * pairs) / updates), rounds, collect });
  for (const [round, bytes] of result.heapBytes.entries()) print(`round ${round + 1}: heap ${mebibytes(bytes)}`);
  const tookS = (performance.now() - startedAt) / 1000;
  print(
    `${result.changes} changes in ${tookS.toFixed(1)} s, ${(result.changes / tookS).toFixed(0)}/s; ${result.reconciles} reconciles`,
  );
  print(`heap slope after warm-up: ${result.slopeBytesPerChange.toFixed(3)} bytes per change`);
  print(`left over: ${JSON.stringify(result.leftOver)}`);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
}
