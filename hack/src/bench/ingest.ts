import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kindInfo } from '@portolan/crds';
import { Pool } from 'undici';
import { startBenchCluster, type BenchCluster } from './cluster.ts';
import { freePort } from '../control-plane/ports.ts';
import { paths } from '../paths.ts';
import { operatorEnvironment } from '../up/operator.ts';
import { seedCompany, type SeedManifest } from '../seed/company.ts';
import { countRequests, type RequestCounts } from './api-server-counter.ts';
import { milliseconds, summarise } from './latency.ts';

const writers = 16;
const namespace = 'bench';
const steadyPerSecond = 50;
const steadySeconds = 20;
const settledForMs = 5_000;

type Print = (line: string) => void;

/** `hack/bench ingest N`: what the operator costs while a catalog is created, and how soon a change is readable. */
export async function benchIngest(count: number, print: Print): Promise<void> {
  const manifests = seedCompany({ count, seed: 1, namespace });
  const alone = await withCluster((cluster) => create(cluster, manifests));
  print(
    `operator off: ${manifests.length} entities created in ${seconds(alone.elapsedMs)} (${rate(manifests.length, alone.elapsedMs)}/s, ${writers} writers)`,
  );
  await withCluster((cluster) => withPortolan(cluster, (portolan) => measure({ cluster, portolan, manifests, print })));
}

async function measure(options: {
  cluster: BenchCluster;
  portolan: Portolan;
  manifests: readonly SeedManifest[];
  print: Print;
}): Promise<void> {
  const { cluster, portolan, manifests, print } = options;
  const created = await create(cluster, manifests);
  print(
    `operator on: ${manifests.length} entities created in ${seconds(created.elapsedMs)} (${rate(manifests.length, created.elapsedMs)}/s)`,
  );
  while ((await portolan.total()) < manifests.length) await sleep(2);
  print(`lag from the last 201 until by-query counts all: ${milliseconds(performance.now() - created.endedAt)} ms`);

  const settledAt = await untilSettled(cluster);
  const counts = await requestCounts(cluster);
  print(`all statuses settled ${seconds(Math.max(0, settledAt - created.endedAt))} after the last 201`);
  print(
    `status writes per entity: ${(counts.statusPatches / manifests.length).toFixed(3)} (${counts.statusPatches} patches)`,
  );

  const visible = summarise(await steadyChanges(cluster, portolan, manifests));
  print(
    `creation to visibility at ${steadyPerSecond}/s: p50 ${milliseconds(visible.p50Ms)} ms, p99 ${milliseconds(visible.p99Ms)} ms, max ${milliseconds(visible.maxMs)} ms (${visible.count} changes)`,
  );
  await untilSettled(cluster);
  const before = await requestCounts(cluster);
  await sleep(60_000);
  const after = await requestCounts(cluster);
  print(`RSS of "all", 60 s after the last change: ${(await portolan.rssMiB()).toFixed(0)} MiB`);
  print(`writes to portolan.dev in that minute, by the API server's counter: ${after.writes - before.writes}`);
}

/** Creates all in order over parallel writers; fails on the first answer that is not 201. */
async function create(
  cluster: BenchCluster,
  manifests: readonly SeedManifest[],
): Promise<{ elapsedMs: number; endedAt: number }> {
  const started = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let manifest = manifests[next++]; manifest !== undefined; manifest = manifests[next++]) {
      await createOne(cluster, manifest);
    }
  };
  await Promise.all(Array.from({ length: writers }, worker));
  const endedAt = performance.now();
  return { elapsedMs: endedAt - started, endedAt };
}

async function createOne(cluster: BenchCluster, manifest: SeedManifest): Promise<void> {
  const plural = kindInfo(manifest.kind)?.plural ?? '';
  const status = await cluster.request(
    'POST',
    `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/${plural}`,
    manifest,
  );
  if (status !== 201) throw new Error(`create ${manifest.kind} ${manifest.metadata.name}: ${status}`);
}

/** Creates components at a steady rate; each duration runs from the request for its creation to its first 200. */
async function steadyChanges(
  cluster: BenchCluster,
  portolan: Portolan,
  manifests: readonly SeedManifest[],
): Promise<number[]> {
  const template = manifests.findLast((each) => each.kind === 'Component');
  if (template === undefined) throw new Error('no component in the seed');
  const started = performance.now();
  const one = async (index: number): Promise<number> => {
    await sleep(Math.max(0, started + (index * 1000) / steadyPerSecond - performance.now()));
    const name = `steady-${index}`;
    const sent = performance.now();
    await createOne(cluster, { ...template, metadata: { ...template.metadata, name } });
    while (!(await portolan.has(name))) await sleep(1);
    return performance.now() - sent;
  };
  return Promise.all(Array.from({ length: steadyPerSecond * steadySeconds }, (_, index) => one(index)));
}

/** Waits until no status has been written for a while; returns when the last one was seen. */
async function untilSettled(cluster: BenchCluster): Promise<number> {
  let last = await requestCounts(cluster);
  let changedAt = performance.now();
  while (performance.now() - changedAt < settledForMs) {
    await sleep(200);
    const counts = await requestCounts(cluster);
    if (counts.writes !== last.writes) changedAt = performance.now();
    last = counts;
  }
  return changedAt;
}

async function requestCounts(cluster: BenchCluster): Promise<RequestCounts> {
  return countRequests(await cluster.text('/metrics'), 'portolan.dev');
}

interface Portolan {
  total(): Promise<number>;
  has(name: string): Promise<boolean>;
  rssMiB(): Promise<number>;
}

async function withPortolan<T>(cluster: BenchCluster, use: (portolan: Portolan) => Promise<T>): Promise<T> {
  const [port, probePort] = [await freePort(), await freePort()];
  const flags = ['--kubeconfig', cluster.operatorKubeconfig, '--port', String(port), '--probe-port', String(probePort)];
  const child = spawn(paths.operatorEntry, ['all', ...flags, '--log-level', 'error'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: operatorEnvironment(process.env),
  });
  const api = new Pool(`http://127.0.0.1:${port}`, { connections: 64 });
  const probes = new Pool(`http://127.0.0.1:${probePort}`);
  try {
    await untilReady(child, probes);
    return await use({
      total: async () => {
        const { body } = await api.request({ method: 'GET', path: '/api/catalog/entities/by-query?limit=0' });
        return ((await body.json()) as { totalItems: number }).totalItems;
      },
      has: async (name) => {
        const path = `/api/catalog/entities/by-name/component/${namespace}/${name}`;
        const { statusCode, body } = await api.request({ method: 'GET', path });
        await body.dump();
        return statusCode === 200;
      },
      rssMiB: async () => {
        const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
        return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
      },
    });
  } finally {
    await Promise.all([api.destroy(), probes.destroy()]);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}

async function untilReady(child: ChildProcess, probes: Pool): Promise<void> {
  while (child.exitCode === null) {
    const status = await probes.request({ method: 'GET', path: '/readyz' }).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      },
      () => 0,
    );
    if (status === 200) return;
    await sleep(50);
  }
  throw new Error(`portolan ended with ${child.exitCode} before it was ready`);
}

async function withCluster<T>(use: (cluster: BenchCluster) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const cluster = await startBenchCluster({ directory, namespace });
  try {
    return await use(cluster);
  } finally {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

function rate(count: number, durationMs: number): string {
  return (count / (durationMs / 1000)).toFixed(0);
}
