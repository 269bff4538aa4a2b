import { benchComponents } from './components.ts';
import { benchFailover } from './failover/failover.ts';
import { benchFaults } from './faults.ts';
import { benchFirstUse } from './first-use.ts';
import { benchHealth } from './health/health.ts';
import { benchIngest } from './ingest.ts';
import { benchPods } from './pods.ts';
import { benchRead } from './read.ts';
import { benchRequests } from './requests.ts';
import { benchScale } from './scale.ts';
import { benchSoak } from './soak.ts';
import { benchStart } from './start.ts';
import { benchTwins } from './twins.ts';

const benches: Record<string, (count: number, print: (line: string) => void) => Promise<void>> = {
  'first-use': benchFirstUse,
  ingest: benchIngest,
  read: benchRead,
  scale: benchScale,
  pods: benchPods,
  components: benchComponents,
  requests: benchRequests,
  twins: benchTwins,
};
/** Benches with arguments of their own. */
const others: Record<string, (args: readonly string[], print: (line: string) => void) => Promise<void>> = {
  failover: benchFailover,
  faults: benchFaults,
  health: benchHealth,
  soak: benchSoak,
  start: benchStart,
};
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const [name = '', ...args] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
const other = Object.hasOwn(others, name) ? others[name] : undefined;
const total = Number(args[0] ?? '10000');
if (other === undefined && (bench === undefined || !Number.isInteger(total) || total < 100)) {
  process.stderr.write(`usage: hack/bench ${[...Object.keys(benches), ...Object.keys(others)].join('|')} [N ≥ 100]\n`);
  process.exit(2);
}
try {
  await (other === undefined ? bench?.(total, print) : other(args, print));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
process.exit(0);
