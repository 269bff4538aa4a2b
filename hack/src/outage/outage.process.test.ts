import type { EntityStatus, HealthStatus } from '@portolan/crds';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createChaosProxy, type ChaosProxy } from '../chaos/chaos-proxy.ts';
import { freePort } from '../control-plane/ports.ts';
import { throughPort } from '../end-to-end/kubeconfigs.ts';
import { createTcpProxy } from '../end-to-end/tcp-proxy.ts';
import { entity } from '../end-to-end/manifests.ts';
import { operatorAccount } from '../install/install.ts';
import { startPortolan, type Portolan } from '../end-to-end/portolan.ts';
import { signalGroup } from '../process/process-record.ts';
import { counted, eventually, setStage, told, type Stage, type Told } from './stage.ts';

/** What the API promises: from losing sight of something until it says so. */
const promisedMs = 30_000;
/** Answers tell the time in whole seconds, and so does `since`. */
const secondMs = 1_000;
const names = ['cart', 'checkout', 'search'];

let stage: Stage;
beforeAll(async () => {
  stage = await setStage('shop');
  await stage.populate(names);
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

async function start(
  role: 'all' | 'operator' | 'server',
  { kubeconfig = stage.kubeconfig, flags = [] }: { kubeconfig?: string; flags?: string[] } = {},
): Promise<Portolan> {
  const portolan = await startPortolan({ kubeconfig, role, flags });
  onTestFinished(async () => void (await portolan.stop()));
  await portolan.ready();
  return portolan;
}

/** Role `all` with a proxy between it and the API server. */
async function startBehindProxy(flags: string[] = []): Promise<{ portolan: Portolan; proxy: ChaosProxy }> {
  const proxy = createChaosProxy({ port: await freePort(), target: Number(new URL(stage.plane.server).port), seed: 1 });
  proxy.calm();
  await proxy.open();
  onTestFinished(async () => proxy.close());
  const { kubeconfig, directory } = stage;
  const behind = await throughPort({ kubeconfig, port: proxy.port, directory });
  return { portolan: await start('all', { kubeconfig: behind, flags }), proxy };
}

const cart = async (portolan: Portolan): Promise<Told> => told(portolan, { namespace: 'shop', name: 'cart' });

/** Waits until the API tells this verdict of all components, and counts them alike. */
async function tells(portolan: Portolan, verdict: HealthStatus['verdict']): Promise<Told> {
  return eventually(`every verdict is ${verdict}`, async () => {
    const { facets } = await counted(portolan);
    return facets[verdict] === names.length ? cart(portolan) : undefined;
  });
}

/** The report says that all is well, so that whatever it says later is of the outage. */
async function reported(): Promise<void> {
  await eventually('the operator reports its sources', async () => {
    const condition = (await stage.cluster())?.conditions?.find(({ type }) => type === 'SourcesSynced');
    return condition?.status === 'True' ? true : undefined;
  });
}

/** Everything that must hold of the API while nothing is known. */
async function expectUnknown(portolan: Portolan, known: Told, reason: string): Promise<void> {
  const { health, workloads } = (await cart(portolan)).status;
  const { verdict, message, since } = known.status.health ?? {};
  expect(health).toMatchObject({
    verdict: 'Unknown',
    reason,
    lastKnown: { verdict, reason: known.status.health?.reason, message, since },
  });
  expect(workloads?.items?.map((item) => item.verdict)).toEqual(['Unknown']);
  expect(await counted(portolan)).toEqual({ facets: { Unknown: names.length }, healthy: 0 });
  const page = await (
    await fetch(`${portolan.url}/catalog?health=Healthy`, { headers: { accept: 'text/html' } })
  ).text();
  for (const name of names) expect(page).not.toContain(`/catalog/shop/component/${name}`);
}

function expectInTime({ atMs, status }: Told): void {
  expect(atMs - Date.parse(status.health?.since ?? '')).toBeLessThanOrEqual(promisedMs + secondMs);
}

/** Takes a resource from the operator's role, and gives back what restores it. */
async function forbid(resource: string): Promise<() => Promise<void>> {
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/portolan-operator';
  const { body } = await stage.plane.admin.request('GET', path);
  const { rules } = body as { rules: { resources: string[] }[] };
  const put = async (next: object[]): Promise<void> => {
    await stage.plane.admin.request('PATCH', path, { rules: next }, 'application/merge-patch+json');
  };
  await put(
    rules
      .map((rule) => ({ ...rule, resources: rule.resources.filter((each) => each !== resource) }))
      .filter(({ resources }) => resources.length > 0),
  );
  return async () => put(rules);
}

const rollouts = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/rollouts.example.com';

/** A kind of workload that somebody else's operator brings, and the operator's right to watch it. */
async function installRollouts(): Promise<void> {
  const { admin } = stage.plane;
  await admin.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'rollouts.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Rollout', plural: 'rollouts', singular: 'rollout', listKind: 'RolloutList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  });
  await eventually('Rollouts are served', async () =>
    (await admin.request('GET', '/apis/example.com/v1/rollouts')).status === 200 ? true : undefined,
  );
  const { status } = await admin.request('POST', '/apis/example.com/v1/namespaces/shop/rollouts', {
    apiVersion: 'example.com/v1',
    kind: 'Rollout',
    metadata: { name: 'rolled', namespace: 'shop', labels: { 'app.kubernetes.io/name': 'rolled' } },
    status: { conditions: [{ type: 'Available', status: 'True', reason: 'Available' }] },
  });
  expect(status).toBe(201);
}

async function allowRollouts(): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const metadata = { name: 'test-rollouts' };
  await stage.plane.admin.request('POST', `${rbac}/clusterroles`, {
    metadata,
    rules: [{ apiGroups: ['example.com'], resources: ['rollouts'], verbs: ['list', 'watch'] }],
  });
  await stage.plane.admin.request('POST', `${rbac}/clusterrolebindings`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', ...operatorAccount }],
  });
}

describe('what the API says of health', () => {
  it('is Unknown(Forbidden) with what was last known when pods may not be read any more, and true again after', async () => {
    const { portolan, proxy } = await startBehindProxy();
    const known = await tells(portolan, 'Healthy');
    await reported();
    const before = await stage.writes();
    const allow = await forbid('pods');
    onTestFinished(allow);
    proxy.cut();
    const lost = await tells(portolan, 'Unknown');
    await eventually('the reason is the refusal', async () =>
      (await cart(portolan)).status.health?.reason === 'Forbidden' ? true : undefined,
    );
    expectInTime(lost);
    await expectUnknown(portolan, known, 'Forbidden');
    // A change meanwhile is not believed either, and what is stored stays.
    await stage.setAvailable('cart', 2);
    const lostPods = await eventually('the operator reports it', async () =>
      (await stage.cluster())?.sources?.find(({ resource, connected }) => resource === 'pods' && !connected),
    );
    expect(lostPods).toMatchObject({ kind: 'Pod', synced: true, reason: 'Forbidden' });
    const table = await stage.plane.kubectl(['get', 'pcl', '-n', 'portolan-system']);
    expect(table.stdout).toMatch(/^NAME +SYNCED +REASON +AGE\nlocal +False +Forbidden +\S+\n$/);
    expect((await stage.stored('cart')).health?.verdict).toBe('Healthy');
    // The report only: no status of an entity.
    expect((await stage.writes()).writes - before.writes).toBeLessThanOrEqual(3);
    await expectUnknown(portolan, known, 'Forbidden');
    await stage.setAvailable('cart', 3);
    await allow();
    await tells(portolan, 'Healthy');
    await reported();
    expect((await stage.writes()).writes - before.writes).toBeLessThanOrEqual(8);
  });

  it('is Unknown(Stale) while the API server is away, and true again when it is back', async () => {
    const { portolan, proxy } = await startBehindProxy();
    const known = await tells(portolan, 'Healthy');
    await reported();
    const before = await stage.writes();
    await proxy.close();
    const lost = await tells(portolan, 'Unknown');
    expectInTime(lost);
    await expectUnknown(portolan, known, 'Stale');
    expect((await portolan.readyz()).status).toBe(200);
    // What changes meanwhile is seen when it is back.
    await stage.setAvailable('search', 0);
    await proxy.open();
    await eventually('what is true is told', async () => {
      const { facets } = await counted(portolan);
      return facets['Healthy'] === names.length - 1 && facets['Unknown'] === undefined ? true : undefined;
    });
    await stage.setAvailable('search', 3);
    await tells(portolan, 'Healthy');
    expect((await stage.writes()).writes - before.writes).toBeLessThanOrEqual(12);
  });

  it('is Unknown(Stale) when the operator was killed and nobody took over, and nothing is written or deleted', async () => {
    const operator = await start('operator');
    const server = await start('server');
    const known = await tells(server, 'Healthy');
    await reported();
    const before = await stage.writes();
    signalGroup(operator.process.pid, 'SIGKILL');
    const lost = await tells(server, 'Unknown');
    expectInTime(lost);
    await expectUnknown(server, known, 'Stale');
    expect((await stage.writes()).writes).toBe(before.writes);
    await start('operator');
    const again = await tells(server, 'Healthy');
    expect(again.status.health).toEqual(known.status.health);
  });

  it('is Unknown(Stale) on a server that is partitioned from the API server, although no connection breaks', async () => {
    await start('operator');
    const proxy = createTcpProxy({ port: await freePort(), target: Number(new URL(stage.plane.server).port) });
    await proxy.open();
    onTestFinished(async () => proxy.close());
    const { kubeconfig, directory } = stage;
    const server = await start('server', {
      kubeconfig: await throughPort({ kubeconfig, port: proxy.port, directory }),
    });
    const known = await tells(server, 'Healthy');
    await reported();
    proxy.stall();
    expectInTime(await tells(server, 'Unknown'));
    await expectUnknown(server, known, 'Stale');
    proxy.resume();
    expect((await tells(server, 'Healthy')).status.health).toEqual(known.status.health);
  });

  it('is Unknown(Stale) of what a kind runs whose CRD is deleted, of nothing else, and true again after', async () => {
    await installRollouts();
    await allowRollouts();
    const component = entity({ kind: 'Component', namespace: 'shop', name: 'rolled' });
    const components = '/apis/portolan.dev/v1alpha1/namespaces/shop/components';
    await stage.plane.admin.request('POST', components, component);
    onTestFinished(async () => void (await stage.plane.admin.request('DELETE', `${components}/rolled`)));
    const { portolan, proxy } = await startBehindProxy(['--workload-kinds=Rollout=rollouts.v1.example.com']);
    const rolled = async (): Promise<EntityStatus> =>
      (await told(portolan, { namespace: 'shop', name: 'rolled' })).status;
    const turns = async (verdict: string): Promise<EntityStatus> =>
      eventually(`rolled is ${verdict}`, async () => {
        const status = await rolled();
        return status.health?.verdict === verdict ? status : undefined;
      });
    const known = await turns('Healthy');
    await reported();
    const before = await stage.writes();
    // Whoever watches sees its objects deleted before the CRD is; whoever does not finds the kind gone.
    await proxy.close();
    await stage.plane.admin.request('DELETE', rollouts);
    await eventually('Rollouts are gone', async () =>
      (await stage.plane.admin.request('GET', '/apis/example.com/v1/rollouts')).status === 404 ? true : undefined,
    );
    await proxy.open();
    await eventually('only what it runs is unknown', async () => {
      const { facets } = await counted(portolan);
      return facets['Unknown'] === 1 && facets['Healthy'] === names.length ? true : undefined;
    });
    const { verdict, reason, message, since } = known.health ?? {};
    expect((await rolled()).health).toMatchObject({
      verdict: 'Unknown',
      reason: 'Stale',
      lastKnown: { verdict, reason, message, since },
    });
    expect((await stage.stored('rolled')).health?.verdict).toBe('Healthy');
    expect((await stage.writes()).writes - before.writes).toBeLessThanOrEqual(6);
    await installRollouts();
    // Another object of that name: its health is since it is there.
    expect((await turns('Healthy')).health?.lastKnown).toBeUndefined();
  });

  it('is Unknown of the kinds that the API server serves no longer', async () => {
    const portolan = await start('all');
    const known = await tells(portolan, 'Healthy');
    await reported();
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/components.portolan.dev';
    const serve = async (served: boolean): Promise<void> => {
      const patch = [{ op: 'replace', path: '/spec/versions/0/served', value: served }];
      const { status } = await stage.plane.admin.request('PATCH', path, patch, 'application/json-patch+json');
      expect(status).toBe(200);
    };
    await serve(false);
    onTestFinished(async () => serve(true));
    expectInTime(await tells(portolan, 'Unknown'));
    await expectUnknown(portolan, known, 'Stale');
    await serve(true);
    expect((await tells(portolan, 'Healthy')).status.health).toEqual(known.status.health);
  });
});
