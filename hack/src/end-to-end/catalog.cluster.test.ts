import type { EntityStatus } from '@portolan/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countRequests } from '../bench/api-server-counter.ts';
import { operatorAccount } from '../install/install.ts';
import { useCluster } from '../testing/cluster.ts';
import { deployment, entity, listOf } from './manifests.ts';
import { startPortolan, type Portolan } from './portolan.ts';

const cluster = useCluster();
let portolan: Portolan;

beforeAll(async () => {
  portolan = await startPortolan({ kubeconfig: await cluster.serviceAccountKubeconfig(operatorAccount) });
  await portolan.ready();
});

afterAll(async () => {
  await portolan.stop();
});

interface Stored {
  metadata: { resourceVersion: string; finalizers?: string[] };
  status?: EntityStatus;
}

async function stored(plural: string, namespace: string, name: string): Promise<Stored> {
  const path = `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/${plural}/${name}`;
  return (await cluster.request<Stored>('GET', path)).body;
}

/** The status once `holds` says so. */
async function statusWhen(
  component: { namespace: string; name: string },
  what: string,
  holds: (status: EntityStatus) => boolean,
): Promise<EntityStatus> {
  return cluster.eventually(what, async () => {
    const { status } = await stored('components', component.namespace, component.name);
    return status !== undefined && holds(status) ? status : undefined;
  });
}

function condition(status: EntityStatus, type: string): string | undefined {
  const found = status.conditions?.find((each) => each.type === type);
  return found === undefined ? undefined : `${found.status} ${found.reason}`;
}

describe('a reference', () => {
  it('dangles after its time, heals when the target appears, and breaks again when it goes', async () => {
    const namespace = await cluster.namespace('refs');
    const web = { namespace, name: 'web' };
    await cluster.apply(listOf(entity({ kind: 'Component', ...web })));
    const first = await statusWhen(web, 'web has a status', (status) => status.conditions !== undefined);
    expect(condition(first, 'RefsResolved')).toBe('False DanglingRefs');
    expect(condition(first, 'Ready')).toBe('True Accepted');
    expect(first.refs).toEqual({ total: 1, dangling: [`group:${namespace}/team`] });

    await cluster.apply(listOf(entity({ kind: 'Group', namespace, name: 'team' })));
    const healed = await statusWhen(web, 'the reference heals', (status) => status.refs?.dangling === undefined);
    expect(condition(healed, 'RefsResolved')).toBe('True AllResolved');

    await cluster.kubectl(['delete', 'groups.portolan.dev', 'team', '-n', namespace]);
    const broken = await statusWhen(web, 'it dangles again', (status) => status.refs?.dangling !== undefined);
    expect(condition(broken, 'RefsResolved')).toBe('False DanglingRefs');
    expect(condition(broken, 'Ready')).toBe('True Accepted');
  });

  it('costs one status write per object when the folder is applied in the wrong order', async () => {
    const namespace = await cluster.namespace('order');
    const before = countRequests((await cluster.kubectl(['get', '--raw', '/metrics'])).stdout, 'portolan.dev');
    await cluster.apply(listOf(entity({ kind: 'Component', namespace, name: 'web' })));
    await cluster.apply(listOf(entity({ kind: 'Group', namespace, name: 'team' })));
    await statusWhen(
      { namespace, name: 'web' },
      'web is resolved',
      (status) => condition(status, 'RefsResolved') === 'True AllResolved',
    );
    await cluster.eventually(
      'team has a status',
      async () => (await stored('groups', namespace, 'team')).status?.conditions,
    );
    const after = countRequests((await cluster.kubectl(['get', '--raw', '/metrics'])).stdout, 'portolan.dev');
    expect(after.statusPatches - before.statusPatches).toBe(2);
  });
});

describe('a claim', () => {
  it('to a ref that an older object serves is refused on that object, and granted when the older one goes', async () => {
    const namespace = await cluster.namespace('claims');
    await cluster.apply(
      listOf(entity({ kind: 'Group', namespace, name: 'team' }), entity({ kind: 'Component', namespace, name: 'web' })),
    );
    // The API server's clock has seconds: the second object must be younger.
    const created = async () => Math.floor(Date.now() / 1000);
    const second = await created();
    await cluster.eventually('a second later', async () => ((await created()) > second ? true : undefined));
    await cluster.apply(
      listOf(entity({ kind: 'Component', namespace, name: 'web-0a1b2c', spec: { entityName: 'WEB', title: 'Later' } })),
    );
    const later = { namespace, name: 'web-0a1b2c' };
    const refused = await statusWhen(later, 'the later claim is judged', (status) => status.conditions !== undefined);
    expect(condition(refused, 'Ready')).toBe('False Conflict');
    const served = await portolan.client.getEntityByRef(`component:${namespace}/web`);
    expect(served?.metadata.title).toBeUndefined();

    await cluster.kubectl(['delete', 'components.portolan.dev', 'web', '-n', namespace]);
    await statusWhen(later, 'the later claim prevails', (status) => condition(status, 'Ready') === 'True Accepted');
    const now = await portolan.client.getEntityByRef(`component:${namespace}/web`);
    expect(now?.metadata.title).toBe('Later');
  });
});

describe('what runs', () => {
  it("is followed from a pod's state to the entity's status, its page and the API", async () => {
    const namespace = await cluster.namespace('runs');
    const web = { namespace, name: 'web' };
    const labels = { 'app.kubernetes.io/name': 'web' };
    await cluster.apply(
      listOf(
        entity({ kind: 'Group', namespace, name: 'team' }),
        entity({ kind: 'Component', ...web }),
        deployment({ namespace, name: 'front', labels, image: 'registry.example.com/front:2.1.0' }),
      ),
    );
    const healthy = await statusWhen(web, 'web is healthy', (status) => status.health?.verdict === 'Healthy');
    expect(healthy.workloads).toMatchObject({
      total: 1,
      desired: 1,
      ready: 1,
      items: [{ kind: 'Deployment', name: 'front', link: 'Name', images: ['registry.example.com/front:2.1.0'] }],
    });

    await cluster.apply(listOf(deployment({ namespace, name: 'front', labels, behaviour: 'image-pull' })));
    const broken = await statusWhen(web, 'web is degraded', (status) => status.health?.verdict === 'Degraded');
    expect(broken.health?.reason).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
    const pod = broken.health?.evidence?.find((each) => each.kind === 'Pod')?.name ?? 'no pod is named';
    expect(pod).toMatch(/^front-/);
    expect(condition(broken, 'Ready')).toBe('True Accepted');

    const page = await fetch(`${portolan.url}/catalog/${namespace}/component/web`);
    const html = await page.text();
    expect([page.status, html.includes('Degraded'), html.includes(pod)]).toEqual([200, true, true]);
    const served = await portolan.client.getEntityByRef(`component:${namespace}/web`);
    const { status } = served as unknown as { status?: { portolan?: EntityStatus } };
    expect(status?.portolan?.health?.verdict).toBe('Degraded');

    await cluster.kubectl(['delete', 'deployment', 'front', '-n', namespace]);
    const lost = await statusWhen(web, 'nothing runs', (each) => each.health?.verdict === 'Unknown');
    expect(lost.health?.reason).toBe('NoWorkloads');
  });

  it('in another namespace stays there: not one byte of it reaches the entity, in any of its views', async () => {
    const [mine, theirs] = [await cluster.namespace('mine'), await cluster.namespace('theirs')];
    const spy = { namespace: mine, name: 'spy' };
    const secret = 'registry.example.com/secret-image:9.9.9';
    await cluster.apply(
      listOf(
        entity({ kind: 'Group', namespace: mine, name: 'team' }),
        deployment({
          namespace: theirs,
          name: 'vault',
          labels: { 'app.kubernetes.io/name': 'spy', 'backstage.io/kubernetes-id': 'spy' },
          image: secret,
          replicas: 3,
        }),
        entity({
          kind: 'Component',
          ...spy,
          spec: { workloads: [{ kind: 'Deployment', name: 'vault', namespace: theirs }] },
          annotations: { 'backstage.io/kubernetes-id': 'spy', 'backstage.io/kubernetes-namespace': theirs },
        }),
      ),
    );
    const status = await statusWhen(
      spy,
      'the link is judged',
      (each) => condition(each, 'WorkloadsLinked') !== undefined,
    );
    expect(condition(status, 'WorkloadsLinked')).toBe('False CrossNamespaceNotAllowed');
    expect([status.workloads, status.health]).toEqual([undefined, undefined]);
    const page = await (await fetch(`${portolan.url}/catalog/${mine}/component/spy`)).text();
    for (const text of [JSON.stringify(status), page]) expect(text).not.toContain('secret-image');
    expect(JSON.stringify(status)).not.toContain('vault');

    await cluster.kubectl(['annotate', 'namespace', theirs, `portolan.dev/allow-links-from=${mine}`]);
    const allowed = await statusWhen(spy, 'consent links it', (each) => each.workloads !== undefined);
    expect(allowed.workloads?.items?.[0]).toMatchObject({ name: 'vault', namespace: theirs, images: [secret] });

    await cluster.kubectl(['annotate', 'namespace', theirs, 'portolan.dev/allow-links-from-']);
    const withdrawn = await statusWhen(spy, 'consent is withdrawn', (each) => each.workloads?.items === undefined);
    expect(JSON.stringify(withdrawn)).not.toContain('secret-image');
  });
});

describe('the operator', () => {
  it('puts a status right that somebody else wrote, and leaves no finalizer', async () => {
    const namespace = await cluster.namespace('drift');
    const team = { namespace, name: 'team' };
    await cluster.apply(listOf(entity({ kind: 'Group', ...team })));
    await cluster.eventually(
      'team is ready',
      async () => (await stored('groups', namespace, 'team')).status?.conditions,
    );
    const path = `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/groups/team`;
    const forged = { status: { conditions: [], refs: { total: 99 } } };
    expect((await cluster.request('PATCH', `${path}/status`, forged, 'application/merge-patch+json')).status).toBe(200);
    const right = await cluster.eventually('it is put right', async () => {
      const { status } = await stored('groups', namespace, 'team');
      return status?.refs?.total === 0 ? status : undefined;
    });
    expect(condition(right, 'Ready')).toBe('True Accepted');
    expect((await stored('groups', namespace, 'team')).metadata.finalizers).toBeUndefined();
  });

  it('writes nothing when it starts again over a catalog that has settled', async () => {
    const namespace = await cluster.namespace('restart');
    await cluster.apply(
      listOf(
        entity({ kind: 'Group', namespace, name: 'team' }),
        entity({ kind: 'Component', namespace, name: 'web', spec: { dependsOn: ['resource:gone'] } }),
      ),
    );
    await statusWhen({ namespace, name: 'web' }, 'web is judged', (status) => status.refs?.dangling !== undefined);
    const before = await stored('components', namespace, 'web');
    expect(await portolan.stop()).toBe('exit code 0');
    portolan = await startPortolan({ kubeconfig: await cluster.serviceAccountKubeconfig(operatorAccount) });
    await portolan.ready();
    // Whatever the new process has to write, it writes before this object, which comes last.
    await cluster.apply(listOf(entity({ kind: 'Group', namespace, name: 'last' })));
    await cluster.eventually(
      'last is judged',
      async () => (await stored('groups', namespace, 'last')).status?.conditions,
    );
    expect((await stored('components', namespace, 'web')).metadata.resourceVersion).toBe(
      before.metadata.resourceVersion,
    );
  });
});
