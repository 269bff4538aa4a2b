import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../control-plane/ports.ts';
import { operatorAccount } from '../install/install.ts';
import { signalGroup } from '../process/process-record.ts';
import { useCluster } from '../testing/cluster.ts';
import { throughPort } from './kubeconfigs.ts';
import { entity, listOf } from './manifests.ts';
import { startPortolan, type Portolan } from './portolan.ts';
import { createTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** A fifth of the usual times, so that a test takes seconds. */
const timing = ['--lease-duration', '3', '--lease-renew-deadline', '2', '--lease-retry-period', '0.4'];
const leaseMs = 3_000;
/** What a busy machine adds. */
const slackMs = 3_000;

interface Stored {
  metadata: { name: string; generation: number; resourceVersion: string };
  status?: { observedGeneration?: number };
}
interface Lease {
  spec: { holderIdentity?: string; leaseTransitions?: number };
}

const cluster = useCluster();
let directory: string;
let kubeconfig: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'portolan-leader-'));
  kubeconfig = await cluster.serviceAccountKubeconfig(operatorAccount);
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function start(options: { kubeconfig?: string; flags?: string[] } = {}): Promise<Portolan> {
  const portolan = await startPortolan({ kubeconfig, flags: timing, ...options });
  onTestFinished(async () => {
    // One that is stopped does not end by SIGTERM.
    if (portolan.process.isRunning()) signalGroup(portolan.process.pid, 'SIGCONT');
    await portolan.stop();
  });
  await portolan.ready();
  return portolan;
}

const leaderLine = async (portolan: Portolan): Promise<string> =>
  (await portolan.readyz()).text.split('\n').find((line) => line.includes('leader')) ?? '';
const leads = async (portolan: Portolan): Promise<true | undefined> =>
  (await leaderLine(portolan)) === '[+]leader ok: leading' ? true : undefined;
const lease = async (): Promise<Lease['spec']> => {
  const path = '/apis/coordination.k8s.io/v1/namespaces/portolan-system/leases/portolan';
  return (await cluster.request<Lease>('GET', path)).body.spec;
};
const groups = async (namespace: string): Promise<Stored[]> =>
  (await cluster.request<{ items: Stored[] }>('GET', `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/groups`)).body
    .items;
/** How many statuses a process has written. */
const writes = async (portolan: Portolan): Promise<number> => {
  const text = await (await fetch(`${portolan.probes}/metrics`)).text();
  const counted = [...text.matchAll(/^portolan_status_writes_total\{.*outcome="written".*\} (\d+)$/gm)];
  return counted.reduce((sum, [, count]) => sum + Number(count), 0);
};
/** Creates or changes ten groups. */
const change = async (namespace: string, type: string): Promise<void> => {
  const items = Array.from({ length: 10 }, (_, at) =>
    entity({ kind: 'Group', namespace, name: `team-${at}`, spec: { type } }),
  );
  await cluster.apply(listOf(...items));
};
const judged = async (namespace: string): Promise<Stored[]> =>
  cluster.eventually('every status is up to date', async () => {
    const stored = await groups(namespace);
    const isDone = stored.every(({ metadata, status }) => status?.observedGeneration === metadata.generation);
    return isDone && stored.length === 10 ? stored : undefined;
  });

/** A leader and a standby in role `all`, and a namespace whose groups the leader has judged. */
async function startPair(): Promise<{ namespace: string; leader: Portolan; standby: Portolan }> {
  const namespace = await cluster.namespace('leader');
  const leader = await start();
  await cluster.eventually('the first leads', async () => leads(leader));
  const standby = await start();
  await change(namespace, 'team');
  await judged(namespace);
  return { namespace, leader, standby };
}

describe('two operators', () => {
  it('both serve, and only the leader writes', async () => {
    const { namespace, leader, standby } = await startPair();
    expect(await leaderLine(standby)).toBe(`[+]leader ok: standby of ${(await lease()).holderIdentity}`);
    expect([(await leader.readyz()).status, (await standby.readyz()).status]).toEqual([200, 200]);
    const ref = `group:${namespace}/team-3`;
    for (const each of [leader, standby]) {
      await cluster.eventually('it serves', async () => each.client.getEntityByRef(ref));
    }
    expect(await writes(leader)).toBeGreaterThanOrEqual(10);
    expect(await writes(standby)).toBe(0);
    const metrics = await (await fetch(`${standby.probes}/metrics`)).text();
    expect(metrics).toContain('leader_election_master_status{name="portolan"} 0');
  });

  it('hand over in less than 3 s when the leader is told to stop', async () => {
    const { namespace, leader, standby } = await startPair();
    const stoppedAt = performance.now();
    const ended = leader.stop();
    await cluster.eventually('the standby leads', async () => leads(standby));
    expect(performance.now() - stoppedAt).toBeLessThan(3_000);
    expect(await ended).toBe('exit code 0');
    await change(namespace, 'squad');
    await judged(namespace);
    expect(await writes(standby)).toBe(10);
  });

  it('hand over within the lease time when the leader is killed, and what it left is completed', async () => {
    const { namespace, leader, standby } = await startPair();
    signalGroup(leader.process.pid, 'SIGKILL');
    const killedAt = performance.now();
    await change(namespace, 'squad');
    await cluster.eventually('the standby leads', async () => leads(standby));
    expect(performance.now() - killedAt).toBeLessThan(leaseMs + slackMs);
    await judged(namespace);
    expect(await leader.process.ended).toBe('SIGKILL');
  });

  it('fence a leader that was frozen: it wakes up, changes nothing that its successor wrote, and ends', async () => {
    const { namespace, leader, standby } = await startPair();
    signalGroup(leader.process.pid, 'SIGSTOP');
    // The frozen one finds these changes in its sockets when it wakes.
    await change(namespace, 'squad');
    await cluster.eventually('the standby leads', async () => leads(standby));
    const before = await judged(namespace);
    signalGroup(leader.process.pid, 'SIGCONT');
    expect(await leader.process.ended).toBe('exit code 1');
    const versions = (stored: readonly Stored[]): string[] =>
      stored.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`);
    expect(versions(await groups(namespace))).toEqual(versions(before));
    expect((await leader.log()).some((line) => JSON.stringify(line).includes('RUNTIME_LEADERSHIP_LOST'))).toBe(true);
  });

  it('fence a leader that is partitioned from the API server; it serves on and ends when it sees its successor', async () => {
    const namespace = await cluster.namespace('leader');
    const proxy = await startProxy();
    const leader = await start({ kubeconfig: await throughPort({ kubeconfig, port: proxy.port, directory }) });
    await cluster.eventually('the first leads', async () => leads(leader));
    const standby = await start();
    await change(namespace, 'team');
    await judged(namespace);
    proxy.stall();
    await change(namespace, 'squad');
    await cluster.eventually('the standby leads', async () => leads(standby));
    expect(await leaderLine(leader)).toContain('[+]leader ok: not known');
    expect(await leader.client.getEntityByRef(`group:${namespace}/team-3`)).toBeDefined();
    const before = await judged(namespace);
    proxy.resume();
    expect(await leader.process.ended).toBe('exit code 1');
    expect(await groups(namespace)).toEqual(before);
  });
});

describe('one operator', () => {
  it('without contact to the API server stops writing, serves on, and resumes when nobody took over', async () => {
    const namespace = await cluster.namespace('leader');
    const proxy = await startProxy();
    const portolan = await start({ kubeconfig: await throughPort({ kubeconfig, port: proxy.port, directory }) });
    await cluster.eventually('it leads', async () => leads(portolan));
    await change(namespace, 'team');
    await judged(namespace);
    const { leaseTransitions } = await lease();
    await proxy.close();
    const line = await cluster.eventually('it does not lead', async () => {
      const text = await leaderLine(portolan);
      return text.includes('not known') ? text : undefined;
    });
    expect(line).toMatch(/^\[\+\]leader ok: not known, failed to update /);
    expect((await portolan.readyz()).status).toBe(200);
    expect(await portolan.client.getEntityByRef(`group:${namespace}/team-3`)).toBeDefined();
    await change(namespace, 'squad');
    await proxy.open();
    await cluster.eventually('it leads again', async () => leads(portolan));
    await judged(namespace);
    expect((await lease()).leaseTransitions).toBe(leaseTransitions);
  });

  it('releases the Lease when it is told to stop, and at the second signal ends at once', async () => {
    const portolan = await start();
    await cluster.eventually('it leads', async () => leads(portolan));
    expect(await portolan.stop()).toBe('exit code 0');
    expect((await lease()).holderIdentity).toBe('');

    const proxy = await startProxy();
    // Its requests wait for 2.5 s: long enough to be seen draining.
    const flags = ['--lease-duration', '6', '--lease-renew-deadline', '5', '--lease-retry-period', '0.4'];
    const stuck = await start({ kubeconfig: await throughPort({ kubeconfig, port: proxy.port, directory }), flags });
    await cluster.eventually('it leads', async () => leads(stuck));
    const { holderIdentity } = await lease();
    // The release cannot be sent, and its answer is waited for.
    proxy.stall();
    signalGroup(stuck.process.pid, 'SIGTERM');
    await cluster.eventually('it drains', async () => ((await stuck.readyz()).status === 200 ? undefined : true));
    signalGroup(stuck.process.pid, 'SIGTERM');
    expect(await stuck.process.ended).toBe('exit code 1');
    expect((await lease()).holderIdentity).toBe(holderIdentity);
  });

  it("renews at the priority of elections, not behind the operator's own writes", async () => {
    const path = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/portolan-leases';
    const { body } = await cluster.request<{
      spec: { priorityLevelConfiguration: { name: string } };
      status: { conditions: { type: string; status: string }[] };
    }>('GET', path);
    expect(body.spec.priorityLevelConfiguration.name).toBe('leader-election');
    const dangling = body.status.conditions.find(({ type }) => type === 'Dangling');
    expect(dangling?.status).toBe('False');
    const portolan = await start();
    await cluster.eventually('it leads', async () => leads(portolan));
    const metrics = await cluster.kubectl(['get', '--raw', '/metrics']);
    expect(metrics.stdout).toMatch(
      /^apiserver_flowcontrol_dispatched_requests_total\{flow_schema="portolan-leases",.* [1-9]/m,
    );
  });

  it('writes without a Lease when told that nobody else does', async () => {
    const namespace = await cluster.namespace('leader');
    const before = await lease();
    const portolan = await startPortolan({ kubeconfig, flags: ['--leader-elect=false'] });
    onTestFinished(async () => void (await portolan.stop()));
    await portolan.ready();
    await change(namespace, 'team');
    await judged(namespace);
    expect(await leaderLine(portolan)).toBe('');
    expect(await lease()).toEqual(before);
  });
});

async function startProxy(): Promise<TcpProxy> {
  const proxy = createTcpProxy({ port: await freePort(), target: Number(new URL(cluster.server).port) });
  onTestFinished(async () => proxy.close());
  await proxy.open();
  return proxy;
}
