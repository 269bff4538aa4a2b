import { benchIngest } from './ingest.ts';
import { benchRead } from './read.ts';
import { benchTwins } from './twins.ts';

const benches: Record<string, (count: number, print: (line: string) => void) => Promise<void>> = {
  ingest: benchIngest,
  read: benchRead,
  twins: benchTwins,
};
const [name = '', count = '10000'] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
const total = Number(count);
if (bench === undefined || !Number.isInteger(total) || total < 100) {
  process.stderr.write(`usage: hack/bench ${Object.keys(benches).join('|')} [N ≥ 100]\n`);
  process.exit(2);
}
await bench(total, (line) => process.stdout.write(`${line}\n`));
process.exit(0);
