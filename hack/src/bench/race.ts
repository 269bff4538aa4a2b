import { setTimeout as sleep } from 'node:timers/promises';
import { kindInfo } from '@portolan/crds';
import { applier, operatorAccount } from '../install/install.ts';
import type { SeedManifest } from '../seed/company.ts';
import { countRequests } from './api-server-counter.ts';
import type { BenchCluster } from './cluster.ts';
import type { Account, Contestant, Replica } from './contestant.ts';
import { summarise, type LatencySummary } from './latency.ts';
import { watchOwners, type OwnerWatch } from './owner-watch.ts';
import { processCost } from './process-cost.ts';

/** What was measured of one contestant. Failover is absent when nobody elects. */
export interface Figures {
  entities: number;
  syncedMs: number;
  reconciledMs: number;
  writesPerObject: number;
  reconcileCpuSeconds: number;
  changesCpuSeconds: number;
  settledRssMiB: number;
  peakRssMiB: number;
  change: LatencySummary;
  restartSyncedMs: number;
  restartWrites: number;
  restartCpuSeconds: number;
  failoverMs?: number;
}

const writers = 16;
/** Reading the counter costs the API server about 36 ms of CPU. */
const pollMs = 500;
/** A new API server is busy with the schemas of the CRDs for a while, which would be charged to whoever starts first. */
const warmUpMs = 30_000;
const quietMs = 5_000;
const changesPerSecond = 50;
const changes = 1_000;
/** Both give memory back for about so long after the last work. */
const settledAfterMs = 60_000;
const failovers = 3;

/** All measurements of one contestant on a control plane of its own. */
export async function race(options: {
  cluster: BenchCluster;
  /** As whom the contestant acts. */
  account: Account;
  contestant: Contestant;
  manifests: readonly SeedManifest[];
  namespace: string;
  elects: boolean;
  log: (line: string) => void;
}): Promise<Figures> {
  const { cluster, account, contestant, manifests, namespace, elects, log } = options;
  const owners = createOwners({ cluster, manifests, namespace });
  const replicas: Replica[] = [];
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  const start = async (): Promise<Replica> => {
    const replica = await contestant.start({ account, elects });
    replicas.push(replica);
    replica.failed.catch(fail);
    return replica;
  };
  await allowLeases(cluster);
  // Once over nothing: what an image brings, compiled modules and a binary that is in memory, is there when it counts.
  const rehearsal = await start();
  await rehearsal.synced();
  await rehearsal.stop();
  await createAll(cluster, manifests, namespace);
  await sleep(warmUpMs);
  log(`${manifests.length} entities created`);

  const watch = await watchOwners({ kubeconfig: cluster.operatorKubeconfig, namespace });
  try {
    return await Promise.race([
      measure({ cluster, count: manifests.length, start, owners, watch, elects, log }),
      failed,
    ]);
  } finally {
    await watch.close();
    await Promise.all(replicas.map((replica) => replica.stop()));
  }
}

async function measure(options: {
  cluster: BenchCluster;
  count: number;
  start: () => Promise<Replica>;
  owners: Owners;
  watch: OwnerWatch;
  elects: boolean;
  log: (line: string) => void;
}): Promise<Figures> {
  const { cluster, count, start, owners, watch, elects, log } = options;
  const first = await start();
  const [syncedAt, reconciledAt] = await Promise.all([first.synced(), untilWritten(cluster, count)]);
  const { cpuSeconds: reconcileCpuSeconds } = await processCost(first.pid);
  await untilQuiet(cluster);
  const writes = await statusWrites(cluster);
  log(`reconciled with ${writes} writes`);

  const beforeChanges = await processCost(first.pid);
  const change = summarise(await changeSteadily(owners, watch));
  const afterChanges = await processCost(first.pid);
  log(`${change.count} changes shown`);
  await sleep(settledAfterMs);
  const settled = await processCost(first.pid);
  await first.stop();

  const writesBefore = await statusWrites(cluster);
  const second = await start();
  const restartedAt = await second.synced();
  await untilQuiet(cluster);
  const restarted = await processCost(second.pid);
  const restartWrites = (await statusWrites(cluster)) - writesBefore;
  const figures: Figures = {
    entities: count,
    syncedMs: syncedAt - first.startedAt,
    reconciledMs: reconciledAt - first.startedAt,
    writesPerObject: writes / count,
    reconcileCpuSeconds,
    changesCpuSeconds: afterChanges.cpuSeconds - beforeChanges.cpuSeconds,
    settledRssMiB: settled.rssMiB,
    peakRssMiB: settled.peakRssMiB,
    change,
    restartSyncedMs: restartedAt - second.startedAt,
    restartWrites,
    restartCpuSeconds: restarted.cpuSeconds,
  };
  if (!elects) return figures;
  return { ...figures, failoverMs: await failover({ leader: second, start, owners, watch, log }) };
}

/** The median time from a leader's death to the first status that its successor wrote. */
async function failover(options: {
  leader: Replica;
  start: () => Promise<Replica>;
  owners: Owners;
  watch: OwnerWatch;
  log: (line: string) => void;
}): Promise<number> {
  const { start, owners, watch, log } = options;
  let { leader } = options;
  const took: number[] = [];
  while (took.length < failovers) {
    const follower = await start();
    await follower.synced();
    const killedAt = performance.now();
    await leader.kill();
    const change = await owners.change(watch);
    took.push(change.shownAt - killedAt);
    log(`failover in ${((change.shownAt - killedAt) / 1000).toFixed(1)} s`);
    leader = follower;
  }
  return summarise(took).p50Ms;
}

async function changeSteadily(owners: Owners, watch: OwnerWatch): Promise<number[]> {
  const started = performance.now();
  const one = async (index: number): Promise<number> => {
    await sleep(Math.max(0, started + (index * 1000) / changesPerSecond - performance.now()));
    const { sentAt, shownAt } = await owners.change(watch);
    return shownAt - sentAt;
  };
  return Promise.all(Array.from({ length: changes }, (_, index) => one(index)));
}

interface Owners {
  /** Gives the next component in turn another owner; resolves when its status says so. */
  change(watch: OwnerWatch): Promise<{ sentAt: number; shownAt: number }>;
}

function createOwners(options: {
  cluster: BenchCluster;
  manifests: readonly SeedManifest[];
  namespace: string;
}): Owners {
  const { cluster, manifests, namespace } = options;
  const groups = manifests.filter(({ kind }) => kind === 'Group').map(({ metadata }) => metadata.name);
  const components = manifests
    .filter(({ kind }) => kind === 'Component')
    .map(({ metadata, spec }) => ({ name: metadata.name, owner: groups.indexOf(String(spec['owner'])) }));
  let next = 0;
  return {
    change: async (watch) => {
      const component = components[next++ % components.length];
      if (component === undefined || groups.length < 2) throw new Error('the seed has too few components or groups');
      component.owner = (component.owner + 1) % groups.length;
      const owner = groups[component.owner];
      const path = `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/components/${component.name}`;
      const shown = watch.shown(component.name, `group:${namespace}/${owner}`);
      const sentAt = performance.now();
      const patch = cluster.admin.request('PATCH', path, { spec: { owner } }, 'application/merge-patch+json');
      const [{ status }, shownAt] = await Promise.all([patch, shown]);
      if (status !== 200) throw new Error(`patch of ${component.name}: ${status}`);
      return { sentAt, shownAt };
    },
  };
}

/** Creates all in order over parallel writers; fails on the first answer that is not 201. */
async function createAll(cluster: BenchCluster, manifests: readonly SeedManifest[], namespace: string): Promise<void> {
  let next = 0;
  const writer = async (): Promise<void> => {
    for (let manifest = manifests[next++]; manifest !== undefined; manifest = manifests[next++]) {
      const path = `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/${kindInfo(manifest.kind)?.plural}`;
      const status = await cluster.request('POST', path, manifest);
      if (status !== 201) throw new Error(`create ${manifest.kind} ${manifest.metadata.name}: ${status}`);
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
}

/** Both contestants act as one account; the twin's Lease and Events are more than the operator's own role allows. */
async function allowLeases(cluster: BenchCluster): Promise<void> {
  const { namespace, name } = operatorAccount;
  const metadata = { namespace, name: 'portolan-twins' };
  const rbac = 'rbac.authorization.k8s.io';
  const items = [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata,
      rules: [
        { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
        { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', namespace, name }],
    },
  ];
  const apply = applier({ kubectl: cluster.kubectl, ownsCluster: true });
  await apply(['-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

/** Status patches that the API server has counted so far, refused ones included. */
async function statusWrites(cluster: BenchCluster): Promise<number> {
  return (await counts(cluster)).statusPatches;
}

async function counts(cluster: BenchCluster): Promise<ReturnType<typeof countRequests>> {
  const { body } = await cluster.admin.request('GET', '/metrics');
  return countRequests(String(body), 'portolan.dev');
}

/** Resolves with the time at which so many statuses had been written. */
async function untilWritten(cluster: BenchCluster, count: number): Promise<number> {
  while ((await statusWrites(cluster)) < count) await sleep(pollMs);
  return performance.now();
}

/** Waits until nothing of our group has been written for a while. */
async function untilQuiet(cluster: BenchCluster): Promise<void> {
  let last = (await counts(cluster)).writes;
  let changedAt = performance.now();
  while (performance.now() - changedAt < quietMs) {
    await sleep(pollMs);
    const { writes } = await counts(cluster);
    if (writes !== last) changedAt = performance.now();
    last = writes;
  }
}
