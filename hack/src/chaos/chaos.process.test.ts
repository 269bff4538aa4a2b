import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, pick } from '@portolan/runtime/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { renderFor } from '../control-plane/kubeconfig.ts';
import { outputOf } from '../control-plane/kubectl.ts';
import { freePort } from '../control-plane/ports.ts';
import { throughPort } from '../end-to-end/kubeconfigs.ts';
import { entity } from '../end-to-end/manifests.ts';
import { startPortolan, type Portolan } from '../end-to-end/portolan.ts';
import { installPortolan, operatorAccount } from '../install/install.ts';
import { createChaosProxy, type ChaosProxy } from './chaos-proxy.ts';
import { compactEtcd } from './etcd.ts';

/** Printed by whatever fails; another one by `CHAOS_SEED`. */
const seed = Number(process.env['CHAOS_SEED'] ?? 7);
const namespace = 'chaos';
const collection = `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/components`;
const healMs = 100_000;

interface Stored {
  metadata: { name: string; uid: string; resourceVersion: string; generation: number };
  status?: { observedGeneration?: number; conditions?: { type: string; status: string }[] };
}

let plane: ControlPlane;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'portolan-chaos-'));
  plane = await startControlPlane({ directory, log: () => undefined });
  await installPortolan({ kubectl: plane.kubectl, ownsCluster: true });
  await outputOf(plane.kubectl, ['create', 'namespace', namespace]);
  await plane.admin.request('POST', collection.replace('components', 'groups'), group);
});

afterAll(async () => {
  await plane.stop();
  await rm(directory, { recursive: true, force: true });
});

const group = entity({ kind: 'Group', namespace, name: 'team' });

/** The operator as it ships, with a proxy between it and the API server. */
async function startBehindProxy(kubeconfig?: string): Promise<{ portolan: Portolan; proxy: ChaosProxy }> {
  const proxy = createChaosProxy({ port: await freePort(), target: Number(new URL(plane.server).port), seed });
  await proxy.open();
  const file = join(directory, `operator-${proxy.port}.kubeconfig`);
  if (kubeconfig === undefined) await plane.serviceAccountKubeconfig({ ...operatorAccount, file });
  const portolan = await startPortolan({
    kubeconfig: await throughPort({ kubeconfig: kubeconfig ?? file, port: proxy.port, directory }),
  });
  onTestFinished(async () => {
    await portolan.stop();
    await proxy.close();
  });
  return { portolan, proxy };
}

/** Creates, changes and deletes components for a while; `random` decides which. */
async function churn(options: { random: () => number; forMs: number; prefix: string }): Promise<number> {
  const { random, forMs, prefix } = options;
  const until = Date.now() + forMs;
  let changes = 0;
  while (Date.now() < until) {
    const name = `${prefix}-${Math.floor(random() * 40)}`;
    const change = pick(random, ['create', 'create', 'change', 'delete'] as const);
    if (change === 'delete') await plane.admin.request('DELETE', `${collection}/${name}`);
    else if (change === 'create') {
      await plane.admin.request('POST', collection, entity({ kind: 'Component', namespace, name }));
    } else {
      const patch = { spec: { description: `change ${changes}` } };
      await plane.admin.request('PATCH', `${collection}/${name}`, patch, 'application/merge-patch+json');
    }
    changes += 1;
    await sleep(20);
  }
  return changes;
}

async function components(): Promise<Stored[]> {
  const { body } = await plane.admin.request('GET', collection);
  return (body as { items: Stored[] }).items;
}

/** Waits until what is served is what is stored, and every status is of the last generation. */
async function expectCaughtUp(portolan: Portolan): Promise<void> {
  const deadline = Date.now() + healMs;
  for (;;) {
    const [stored, served] = [await components(), await servedTags(portolan)];
    const wanted = stored.map(({ metadata }) => `${metadata.uid}-${metadata.resourceVersion}`).toSorted();
    const unsettled = stored.filter(({ metadata, status }) => status?.observedGeneration !== metadata.generation);
    if (unsettled.length === 0 && JSON.stringify(wanted) === JSON.stringify(served)) return;
    if (Date.now() > deadline) {
      expect({ seed, served, unsettled: unsettled.map(({ metadata }) => metadata.name) }).toEqual({
        seed,
        served: wanted,
        unsettled: [],
      });
    }
    await sleep(250);
  }
}

async function servedTags(portolan: Portolan): Promise<string[]> {
  const filter = `filter=kind=component,metadata.namespace=${namespace}&fields=metadata.etag`;
  const answer = await fetch(`${portolan.url}/api/catalog/entities?${filter}`);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { metadata: { etag: string } }[]).map(({ metadata }) => metadata.etag).toSorted();
}

describe('the operator and a real API server under chaos', () => {
  it('I1: serves what is stored after a schedule of cut, stalled, delayed, truncated and reset connections', async () => {
    const { portolan, proxy } = await startBehindProxy();
    const changes = await churn({ random: createRandom(seed), forMs: 15_000, prefix: 'proxied' });
    expect(changes).toBeGreaterThan(20);
    proxy.calm();
    await expectCaughtUp(portolan);
    const broken = Object.entries(proxy.fates).filter(([kind]) => kind !== 'whole' && kind !== 'delay');
    expect(broken.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(3);
  });

  it('I1: catches up after the API server came back over an etcd that was changed and compacted', async () => {
    const { portolan, proxy } = await startBehindProxy();
    proxy.calm();
    proxy.cut();
    await portolan.ready();
    await churn({ random: createRandom(seed + 1), forMs: 2_000, prefix: 'before' });
    await expectCaughtUp(portolan);
    // What changes while nobody listens is in no watch's history after the restart.
    await proxy.close();
    await churn({ random: createRandom(seed + 2), forMs: 2_000, prefix: 'before' });
    await plane.stopApiServer();
    const { revision } = await compactEtcd(plane.etcd);
    expect(revision).toBeGreaterThan(1);
    await servedTags(portolan);
    expect((await portolan.readyz()).status).toBe(200);
    await plane.startApiServer();
    await proxy.open();
    await churn({ random: createRandom(seed + 3), forMs: 1_000, prefix: 'after' });
    await expectCaughtUp(portolan);
    const relists = (await (await fetch(`${portolan.probes}/metrics`)).text()).match(
      /^portolan_relists_total\{resource="components.portolan.dev",reason="expired".*\} (\d+)$/m,
    );
    expect(Number(relists?.[1])).toBeGreaterThan(0);
  });

  it('goes on with a new token when the one that it began with is refused', async () => {
    const { namespace: home, name } = operatorAccount;
    const newToken = async (): Promise<string> => {
      const secret = `bound-${Date.now()}`;
      await outputOf(plane.kubectl, ['create', 'secret', 'generic', secret, '-n', home]);
      const bound = ['--bound-object-kind', 'Secret', '--bound-object-name', secret];
      const token = await outputOf(plane.kubectl, ['create', 'token', name, '-n', home, ...bound]);
      await writeFile(tokenFile, token.trim(), { mode: 0o600 });
      return secret;
    };
    const tokenFile = join(directory, 'token');
    const kubeconfig = join(directory, 'rotated.kubeconfig');
    const { clusters } = JSON.parse(
      await outputOf(plane.kubectl, ['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']),
    ) as { clusters: [{ cluster: object }] };
    await writeFile(kubeconfig, renderFor('portolan', clusters[0].cluster, { tokenFile }), { mode: 0o600 });
    const first = await newToken();
    const { portolan, proxy } = await startBehindProxy(kubeconfig);
    proxy.calm();
    proxy.cut();
    await portolan.ready();
    await newToken();
    // The API server refuses a token whose object is gone once its own cache of ten seconds is over.
    await outputOf(plane.kubectl, ['delete', 'secret', first, '-n', home]);
    await sleep(11_000);
    proxy.cut();
    await churn({ random: createRandom(seed + 4), forMs: 1_000, prefix: 'rotated' });
    await expectCaughtUp(portolan);
  });
});
