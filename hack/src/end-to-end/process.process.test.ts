import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../control-plane/ports.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { installPortolan, operatorAccount } from '../install/install.ts';
import { paths } from '../paths.ts';
import { run } from '../process/run.ts';
import { operatorEnvironment } from '../up/operator.ts';
import { useCluster } from '../testing/cluster.ts';
import { throughPort } from './kubeconfigs.ts';
import { deployment, entity, listOf } from './manifests.ts';
import { startPortolan, type Portolan } from './portolan.ts';
import { createTcpProxy } from './tcp-proxy.ts';

const cluster = useCluster();
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'portolan-process-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function start(options: Parameters<typeof startPortolan>[0]): Promise<Portolan> {
  const portolan = await startPortolan(options);
  onTestFinished(async () => void (await portolan.stop()));
  return portolan;
}

/** A ServiceAccount with a role of its own. */
async function account(name: string, role: object, bindings: object[]): Promise<string> {
  const kubeconfig = await cluster.serviceAccountKubeconfig({ namespace: 'portolan-system', name });
  await cluster.apply(listOf(role, ...bindings));
  return kubeconfig;
}

const apiGroup = 'rbac.authorization.k8s.io';
const plurals = ['components', 'apis', 'resources', 'systems', 'domains', 'groups', 'users'];
const watch = (group: string, resources: string[]) => ({ apiGroups: [group], resources, verbs: ['list', 'watch'] });
const ownRules = [
  watch('portolan.dev', plurals),
  { apiGroups: ['portolan.dev'], resources: plurals.map((plural) => `${plural}/status`), verbs: ['patch'] },
];

describe('the process', () => {
  it.each([
    [['all', '--port', 'x'], {}, /--port.*0 to 65535/],
    [['all', '--prot', '1'], {}, /--prot/],
    [['some'], {}, /operator.*server.*all/],
    [['all'], { PORTOLAN_LOG_LEVEL: 'loud' }, /PORTOLAN_LOG_LEVEL.*trace, debug, info/],
    [['all'], { PORTOLAN_PROT: '1' }, /PORTOLAN_PROT/],
    [['all', '--host', '0.0.0.0'], {}, /insecure-anonymous/],
  ])('refuses %j with %j: exit code 2 and one sentence', async (args, env, words) => {
    const result = await run([paths.operatorEntry], args, {
      env: { PATH: operatorEnvironment(process.env)['PATH'], ...env },
    });
    expect([result.code, result.stderr]).toEqual([2, expect.stringMatching(words)]);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(result.stdout).toBe('');
  });

  it('explains itself with --help', async () => {
    const result = await run([paths.operatorEntry], ['--help'], { env: operatorEnvironment(process.env) });
    expect([result.code, result.stdout]).toEqual([0, expect.stringContaining('--watch-namespaces')]);
  });

  it('keeps its compiled modules among its modules, and starts from them', async () => {
    const { NODE_COMPILE_CACHE: _cache, ...env } = operatorEnvironment(process.env);
    await run([paths.operatorEntry], ['--help'], { env });
    const again = await run([paths.operatorEntry], ['--help'], { env: { ...env, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' } });
    expect(again.code).toBe(0);
    const said = `${again.stdout}${again.stderr}`;
    expect(said).toContain(join('node_modules', '.cache', 'portolan'));
    expect(said).toMatch(/code cache for ESM .*config\.ts was accepted/);
  });

  it('drains on SIGTERM and exits with 0, in every role', async () => {
    const kubeconfig = await cluster.serviceAccountKubeconfig(operatorAccount);
    for (const role of ['operator', 'server', 'all'] as const) {
      const portolan = await start({ kubeconfig, role });
      await portolan.ready();
      expect(await portolan.stop()).toBe('exit code 0');
      const lines = await portolan.log().catch(() => []);
      expect(lines.filter((line) => Number(line['level']) >= 50)).toEqual([]);
    }
  });

  it('serves without writing as server, and writes without serving as operator', async () => {
    const namespace = await cluster.namespace('roles');
    const kubeconfig = await cluster.serviceAccountKubeconfig(operatorAccount);
    const server = await start({ kubeconfig, role: 'server' });
    await server.ready();
    await cluster.apply(listOf(entity({ kind: 'Group', namespace, name: 'team' })));
    const ref = `group:${namespace}/team`;
    await cluster.eventually('the server shows it', async () => server.client.getEntityByRef(ref));
    const path = `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/groups/team`;
    const status = async () =>
      (await cluster.request<{ status?: { conditions?: unknown[] } }>('GET', path)).body.status;
    expect((await status())?.conditions).toBeUndefined();

    const operator = await start({ kubeconfig, role: 'operator' });
    await operator.ready();
    await cluster.eventually('the operator judges it', async () => (await status())?.conditions);
    await expect(fetch(`${operator.url}/catalog`)).rejects.toThrow();
  });
});

describe('an API server that is away', () => {
  it('at the start is waited for: alive, not ready, and the reason is told', async () => {
    const proxy = createTcpProxy({ port: await freePort(), target: Number(new URL(cluster.server).port) });
    onTestFinished(async () => proxy.close());
    const account = await cluster.serviceAccountKubeconfig(operatorAccount);
    const portolan = await start({
      kubeconfig: await throughPort({ kubeconfig: account, port: proxy.port, directory }),
    });
    const waiting = await cluster.eventually('it says why', async () => {
      const answer = await portolan.readyz();
      return answer.text.includes('Unreachable') ? answer : undefined;
    });
    expect(waiting.status).toBe(503);
    expect((await fetch(`${portolan.probes}/livez`)).status).toBe(200);
    await proxy.open();
    await portolan.ready();
  });

  it('later loses nothing: reads go on, and what changed meanwhile arrives when it is back', async () => {
    const namespace = await cluster.namespace('outage');
    await cluster.apply(listOf(entity({ kind: 'Group', namespace, name: 'before' })));
    const proxy = createTcpProxy({ port: await freePort(), target: Number(new URL(cluster.server).port) });
    await proxy.open();
    onTestFinished(async () => proxy.close());
    const account = await cluster.serviceAccountKubeconfig(operatorAccount);
    const portolan = await start({
      kubeconfig: await throughPort({ kubeconfig: account, port: proxy.port, directory }),
    });
    await portolan.ready();
    await cluster.eventually('it is served', async () => portolan.client.getEntityByRef(`group:${namespace}/before`));

    await proxy.close();
    const cut = await cluster.eventually('it notices', async () => {
      const answer = await portolan.readyz();
      return answer.text.includes('Unreachable') ? answer : undefined;
    });
    expect(cut.status).toBe(200);
    await cluster.apply(listOf(entity({ kind: 'Group', namespace, name: 'meanwhile' })));
    expect(await portolan.client.getEntityByRef(`group:${namespace}/before`)).toBeDefined();
    expect((await fetch(`${portolan.url}/catalog`)).status).toBe(200);

    await proxy.open();
    await cluster.eventually('the change arrives', async () =>
      portolan.client.getEntityByRef(`group:${namespace}/meanwhile`),
    );
    expect(await portolan.client.getEntityByRef(`group:${namespace}/before`)).toBeDefined();
  });
});

describe('permissions', () => {
  it('that lack one workload kind degrade that kind and nothing else', async () => {
    const namespace = await cluster.namespace('rbac');
    const role = {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'test-without-cronjobs' },
      rules: [
        ...ownRules,
        watch('apps', ['deployments', 'statefulsets', 'daemonsets', 'replicasets']),
        watch('', ['pods', 'namespaces']),
      ],
    };
    const binding = {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'test-without-cronjobs' },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'test-without-cronjobs' },
      subjects: [{ kind: 'ServiceAccount', name: 'without-cronjobs', namespace: 'portolan-system' }],
    };
    const portolan = await start({
      kubeconfig: await account('without-cronjobs', role, [binding]),
      flags: ['--leader-elect=false'],
    });
    await portolan.ready();
    await cluster.apply(
      listOf(
        entity({ kind: 'Group', namespace, name: 'team' }),
        entity({
          kind: 'Component',
          namespace,
          name: 'job',
          spec: { workloads: [{ kind: 'CronJob', name: 'nightly' }] },
        }),
        entity({ kind: 'Component', namespace, name: 'web' }),
        deployment({ namespace, name: 'web', labels: { 'app.kubernetes.io/name': 'web' } }),
      ),
    );
    const health = async (name: string): Promise<string | undefined> => {
      const found = await portolan.client.getEntityByRef(`component:${namespace}/${name}`);
      const { status } = (found ?? {}) as { status?: { portolan?: { health?: { verdict: string; reason: string } } } };
      const { health: judged } = status?.portolan ?? {};
      return judged === undefined ? undefined : `${judged.verdict} ${judged.reason}`;
    };
    expect(await cluster.eventually('job is judged', async () => health('job'))).toBe('Unknown Forbidden');
    await cluster.eventually('web is healthy', async () =>
      (await health('web')) === 'Healthy Ready' ? true : undefined,
    );
    const { status, text } = await portolan.readyz();
    expect([status, text]).toEqual([200, expect.stringMatching(/cronjobs\.batch.*Forbidden/)]);
    const told = (await portolan.log()).filter((line) => JSON.stringify(line).includes('cronjobs.batch'));
    expect(told.filter((line) => line['reason'] === 'Forbidden')).toHaveLength(1);
  });

  it('of Roles alone suffice for watched namespaces, and nothing beyond them is seen', async () => {
    const [inside, outside] = [await cluster.namespace('inside'), await cluster.namespace('outside')];
    const objects = (namespace: string): object[] => [
      entity({ kind: 'Group', namespace, name: 'team' }),
      entity({ kind: 'Component', namespace, name: 'web' }),
      deployment({ namespace, name: 'web', labels: { 'app.kubernetes.io/name': 'web' } }),
    ];
    await cluster.apply(listOf(...objects(inside), ...objects(outside)));
    const kubeconfig = await cluster.serviceAccountKubeconfig({ namespace: 'portolan-system', name: 'namespaced' });
    const applied = await cluster.kubectl(['apply', '-n', inside, '-f', paths.namespacedRbac]);
    expect(applied.code).toBe(0);
    // The chart's file binds the operator's own account; this process is another one.
    const subjects = [{ kind: 'ServiceAccount', name: 'namespaced', namespace: 'portolan-system' }];
    const bindings = `/apis/${apiGroup}/v1/namespaces/${inside}/rolebindings/portolan-operator`;
    await cluster.request('PATCH', bindings, { subjects }, 'application/merge-patch+json');
    const home = '/apis/rbac.authorization.k8s.io/v1/namespaces/portolan-system/rolebindings';
    await cluster.request('POST', home, {
      metadata: { name: 'test-namespaced-clusters' },
      roleRef: { apiGroup, kind: 'Role', name: 'portolan-operator-clusters' },
      subjects,
    });

    const portolan = await start({ kubeconfig, flags: ['--watch-namespaces', inside, '--leader-elect=false'] });
    await portolan.ready();
    await cluster.eventually('it is judged and healthy', async () => {
      const found = await portolan.client.getEntityByRef(`component:${inside}/web`);
      return JSON.stringify(found).includes('"verdict":"Healthy"') ? true : undefined;
    });
    const { items } = await portolan.client.getEntities();
    expect(new Set(items.map((each) => each.metadata.namespace))).toEqual(new Set([inside]));
    expect((await portolan.readyz()).text).not.toContain('Forbidden');
  });
});

describe('a cluster without the CRDs', () => {
  it('is waited for: the log says so, and once they are installed the catalog is served', async () => {
    const controlPlane = await startControlPlane({ directory: join(directory, 'bare'), log: () => undefined });
    onTestFinished(async () => controlPlane.stop());
    const portolan = await start({ kubeconfig: controlPlane.kubeconfig });
    const waiting = await cluster.eventually('it says why', async () => {
      const answer = await portolan.readyz();
      return answer.text.includes('NotInstalled') ? answer : undefined;
    });
    expect(waiting.status).toBe(503);
    expect((await portolan.log()).some((line) => line['reason'] === 'NotInstalled')).toBe(true);
    await installPortolan({ kubectl: controlPlane.kubectl, ownsCluster: true });
    await portolan.ready();
    const { status } = await controlPlane.admin.request(
      'POST',
      '/apis/portolan.dev/v1alpha1/namespaces/default/users',
      {
        apiVersion: 'portolan.dev/v1alpha1',
        kind: 'User',
        metadata: { name: 'ada' },
        spec: {},
      },
    );
    expect(status).toBe(201);
    await cluster.eventually('it is served', async () => portolan.client.getEntityByRef('user:default/ada'));
  });
});
