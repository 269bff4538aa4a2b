import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBinary } from '../control-plane/binaries.ts';
import { checkout } from '../paths.ts';
import { run } from '../process/run.ts';
import { signalGroup } from '../process/process-record.ts';
import { installChromium } from './chromium.ts';
import { sharedControlPlaneVariable, startSharedControlPlane } from './shared-control-plane.ts';
import { add, noTests, summaryLine, tallyOf, withoutEmptiness, type Tally, type VitestReport } from './tally.ts';
import { tiers, type Step, type Tier } from './test-args.ts';

interface StepResult {
  name: string;
  tally: Tally;
  seconds: number;
}

const staticChecks = [
  { name: 'lint', script: 'lint' },
  { name: 'types', script: 'types' },
  { name: 'generated files', script: 'verify' },
];
const clusterTiers: readonly Tier[] = ['cluster', 'process', 'browser'];

/** Runs the steps in order, prints progress and the table, ends with the summary line. Returns the exit code. */
export async function runSteps(options: {
  steps: readonly Step[];
  print: (line: string) => void;
  signal: AbortSignal;
}): Promise<number> {
  const { steps, print, signal } = options;
  const results: StepResult[] = [];
  const needsControlPlane = steps.some((step) => clusterTiers.some((tier) => tier === step));
  // Built beside the static checks, which leave a core idle; a failure is told where the binaries are needed.
  const built = needsControlPlane ? buildBinaries(print, signal) : Promise.resolve(undefined);

  if (steps.includes('static')) {
    for (const check of staticChecks) results.push(await runStaticCheck(check, options));
  }
  let controlPlane: TestedControlPlane | undefined;
  try {
    for (const tier of tiers) {
      if (!steps.includes(tier) || signal.aborted) continue;
      if (clusterTiers.includes(tier)) controlPlane ??= await startOnce(built, print);
      const missing = controlPlane?.fault ?? (tier === 'browser' ? await installChromium(print) : undefined);
      if (missing === undefined) {
        results.push(await runTier(tier, { ...options, controlPlane: controlPlane?.file }));
      } else {
        print(`\n${tier}: cannot run. ${missing}`);
        results.push({ name: tier, tally: { ...noTests, failed: 1 }, seconds: 0 });
      }
    }
  } finally {
    await controlPlane?.stop();
  }
  if (signal.aborted) return 130;
  return report(results, print);
}

/** The control plane of the later tiers, or why there is none. */
interface TestedControlPlane {
  file?: string;
  fault?: string;
  stop: () => Promise<void>;
}

async function startOnce(
  built: Promise<string | undefined>,
  print: (line: string) => void,
): Promise<TestedControlPlane> {
  const stop = async (): Promise<void> => undefined;
  const fault = await built;
  if (fault !== undefined) return { fault, stop };
  try {
    return await startSharedControlPlane(print);
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error), stop };
  }
}

function report(results: readonly StepResult[], print: (line: string) => void): number {
  print('');
  for (const { name, tally, seconds } of results) {
    print(`${name.padEnd(16)} ${`${seconds.toFixed(1)} s`.padStart(9)}   ${summaryLine(tally)}`);
  }
  const total = withoutEmptiness(results.reduce((sum, { tally }) => add(sum, tally), noTests));
  print('');
  print(summaryLine(total));
  return total.failed === 0 ? 0 : 1;
}

/** Resolves with the reason when they cannot be built. */
async function buildBinaries(print: (line: string) => void, signal: AbortSignal): Promise<string | undefined> {
  try {
    for (const name of ['control-plane', 'kwok'] as const) await ensureBinary(name, { log: print, signal });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function runStaticCheck(
  check: { name: string; script: string },
  { print, signal }: { print: (line: string) => void; signal: AbortSignal },
): Promise<StepResult> {
  const startedAt = Date.now();
  const { stdout, stderr, code } = await run(['npm'], ['run', '--silent', check.script], { cwd: checkout, signal });
  const seconds = (Date.now() - startedAt) / 1000;
  if (code !== 0) print(`${stdout}${stderr}`.trimEnd());
  print(`${code === 0 ? 'ok' : 'FAILED'}  ${check.name} (${seconds.toFixed(1)} s)`);
  const tally = code === 0 ? { ...noTests, passed: 1 } : { ...noTests, failed: 1 };
  return { name: check.name, tally, seconds };
}

async function runTier(
  tier: Tier,
  options: { print: (line: string) => void; signal: AbortSignal; controlPlane: string | undefined },
): Promise<StepResult> {
  options.print(`\n${tier} tests`);
  const startedAt = Date.now();
  const folder = await mkdtemp(join(tmpdir(), 'portolan-test-'));
  try {
    const outputFile = join(folder, 'report.json');
    const args = ['run', '--project', tier, '--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`];
    const shared = options.controlPlane === undefined ? {} : { [sharedControlPlaneVariable]: options.controlPlane };
    const exitCode = await runVitest(args, { ...process.env, ...shared }, options.signal);
    const tally = withoutEmptiness(tallyOf(await readReport(outputFile), exitCode));
    return { name: tier, tally, seconds: (Date.now() - startedAt) / 1000 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Its output goes straight to ours: a long tier shows its progress. */
async function runVitest(args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  const vitest = join(checkout, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, ...args], {
    cwd: checkout,
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const { pid } = child;
  const end = (): void => {
    if (pid !== undefined) signalGroup(pid, 'SIGTERM');
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    return await new Promise((resolve) => {
      child.once('exit', (code) => resolve(code ?? 1));
      child.once('error', () => resolve(1));
    });
  } finally {
    signal.removeEventListener('abort', end);
  }
}

async function readReport(file: string): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as VitestReport;
  } catch {
    return undefined;
  }
}
