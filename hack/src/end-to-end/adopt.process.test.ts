import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EntityStatus } from '@portolan/crds';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { freePort } from '../control-plane/ports.ts';
import { operatorAccount } from '../install/install.ts';
import { paths } from '../paths.ts';
import { run, type RunResult } from '../process/run.ts';
import { useCluster } from '../testing/cluster.ts';
import { operatorEnvironment } from '../up/operator.ts';
import { throughPort } from './kubeconfigs.ts';
import { deployment, entity, listOf } from './manifests.ts';
import { startPortolan, type Portolan } from './portolan.ts';

const cluster = useCluster();
const viewer = 'viewer';
let portolan: Portolan;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'portolan-adopt-'));
  portolan = await startPortolan({
    kubeconfig: await cluster.serviceAccountKubeconfig(operatorAccount),
    role: 'operator',
  });
  await portolan.ready();
});

afterAll(async () => {
  await portolan.stop();
  await rm(directory, { recursive: true, force: true });
});

async function adopt(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<RunResult> {
  const { KUBECONFIG: _own, ...inherited } = operatorEnvironment(process.env);
  return run([paths.operatorEntry], ['adopt', ...args], { env: { ...inherited, HOME: directory, ...env } });
}

/** A namespace, and the kubeconfig of somebody who has a cluster role in it and nowhere else. */
async function namespaceOf(role: string): Promise<{ namespace: string; kubeconfig: string }> {
  const namespace = await cluster.namespace('adopt');
  const kubeconfig = await cluster.serviceAccountKubeconfig({ namespace, name: viewer });
  const apiGroup = 'rbac.authorization.k8s.io';
  await cluster.apply(
    listOf({
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata: { name: viewer, namespace },
      roleRef: { apiGroup, kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', name: viewer, namespace }],
    }),
  );
  return { namespace, kubeconfig };
}

async function linksOf(namespace: string): Promise<Record<string, string[]>> {
  const path = `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/components`;
  const { body } = await cluster.request<{ items: { metadata: { name: string }; status?: EntityStatus }[] }>(
    'GET',
    path,
  );
  return Object.fromEntries(
    body.items.map(({ metadata, status }) => [
      metadata.name,
      (status?.workloads?.items ?? [])
        .filter((each) => each.supporting !== true)
        .map((each) => `${each.kind}/${each.name}`),
    ]),
  );
}

describe('adopt', () => {
  it('with view rights in one namespace offers what nobody claims there; applied, everything is linked', async () => {
    const { namespace, kubeconfig } = await namespaceOf('view');
    const name = 'app.kubernetes.io/name';
    const instance = 'app.kubernetes.io/instance';
    const { spec } = deployment({ namespace, name: 'unused' }) as { spec: { template: object } };
    const nightly = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'shop-nightly', namespace, labels: { [name]: 'shop', [instance]: 'eu' } },
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'x/y:1' }] } } },
        },
      },
    };
    const store = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', namespace, annotations: { owner: 'data' } },
      spec: { ...spec, serviceName: 'db', replicas: 0 },
    };
    await cluster.apply(
      listOf(
        entity({ kind: 'Group', namespace, name: 'data' }),
        entity({ kind: 'Component', namespace, name: 'known' }),
        deployment({ namespace, name: 'known-v2', labels: { [name]: 'known' } }),
        deployment({ namespace, name: 'shop-web', labels: { [name]: 'shop', [instance]: 'eu' } }),
        nightly,
        store,
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace }, stringData: { password: 'hunter2' } },
      ),
    );

    const unowned = await adopt(['-n', namespace, '--kubeconfig', kubeconfig]);
    expect([unowned.code, unowned.stderr]).toEqual([1, expect.stringContaining('1 Component has no owner')]);
    expect(parseAllDocuments(unowned.stdout).filter((each) => each.toJS() !== null)).toHaveLength(1);

    const offered = await adopt(['-n', namespace, '--kubeconfig', kubeconfig, '--owner', 'group:org/shop']);
    expect([offered.code, offered.stderr]).toEqual([
      0,
      expect.stringContaining(
        `Namespace ${namespace}: 2 Components for 3 workloads that no entity claims; 1 claimed already.`,
      ),
    ]);
    expect(offered.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('# '))).toEqual([]);
    expect(offered.stdout).not.toContain('hunter2');
    expect((await adopt(['-n', namespace, '--kubeconfig', kubeconfig, '--owner', 'group:org/shop'])).stdout).toBe(
      offered.stdout,
    );
    const names = await adopt([
      '-n',
      namespace,
      '--kubeconfig',
      kubeconfig,
      '-o',
      'names',
      '--owner',
      'group:org/shop',
    ]);
    expect(names.stdout).toBe(
      `${namespace}/db\tdata\tStatefulSet/db\n${namespace}/shop\tgroup:org/shop\tCronJob/shop-nightly,Deployment/shop-web\n`,
    );

    // As it is documented: nothing is edited between the two.
    await cluster.apply(offered.stdout);
    const expected = {
      db: ['StatefulSet/db'],
      known: ['Deployment/known-v2'],
      shop: ['CronJob/shop-nightly', 'Deployment/shop-web'],
    };
    await cluster.eventually('everything is linked', async () => {
      const links = await linksOf(namespace);
      return JSON.stringify(links) === JSON.stringify(expected) ? links : undefined;
    });
    const again = await adopt(['-n', namespace, '--kubeconfig', kubeconfig]);
    expect([again.code, again.stdout, again.stderr]).toEqual([
      0,
      '',
      expect.stringContaining('0 Components for 0 workloads'),
    ]);
  });

  it('tells in one sentence what is forbidden and what to grant', async () => {
    const { namespace, kubeconfig } = await namespaceOf('system:discovery');
    const refused = await adopt(['-n', namespace, '--kubeconfig', kubeconfig]);
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([
      1,
      '',
      `portolan adopt: You may not list components.portolan.dev in namespace ${namespace}: the verb list on components.portolan.dev is missing; a RoleBinding in ${namespace} of the ClusterRole view grants it.\n`,
    ]);
    const everywhere = await adopt(['-A', '--kubeconfig', kubeconfig]);
    expect([everywhere.code, everywhere.stderr]).toEqual([
      1,
      expect.stringMatching(/in the whole cluster.*ClusterRoleBinding/),
    ]);
  });

  it('offers what it may read, says what it may not, and does not call that a success', async () => {
    const { namespace, kubeconfig } = await namespaceOf('portolan-view');
    const apiGroup = 'rbac.authorization.k8s.io';
    await cluster.apply(
      listOf(
        {
          apiVersion: `${apiGroup}/v1`,
          kind: 'Role',
          metadata: { name: 'deployments', namespace },
          rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'] }],
        },
        {
          apiVersion: `${apiGroup}/v1`,
          kind: 'RoleBinding',
          metadata: { name: 'deployments', namespace },
          roleRef: { apiGroup, kind: 'Role', name: 'deployments' },
          subjects: [{ kind: 'ServiceAccount', name: viewer, namespace }],
        },
        deployment({ namespace, name: 'web', replicas: 0 }),
      ),
    );
    const { code, stdout, stderr } = await adopt([
      '-n',
      namespace,
      '--kubeconfig',
      kubeconfig,
      '--owner',
      'group:org/x',
    ]);
    expect([code, stdout]).toEqual([1, expect.stringContaining('name: web')]);
    expect(stderr).toMatch(/# You may not list cronjobs\.batch in namespace .*they are not offered\./);
    expect(stderr).toMatch(/# .*services.*guessed by its ports/);
  });

  it('finds everything in all namespaces, but for the cluster’s own parts', async () => {
    const { stdout, code } = await adopt([
      '-A',
      '--kubeconfig',
      cluster.kubeconfig,
      '-o',
      'names',
      '--owner',
      'group:org/x',
    ]);
    expect(stdout).not.toMatch(/^kube-/m);
    expect([0, 1]).toContain(code);
  });

  it.each([
    [['-n', 'shop'], /There is no kubeconfig: ~\/\.kube\/config does not exist; pass one with --kubeconfig\./, 1],
    [['-n', 'shop', '--kubeconfig', '/nowhere'], /kubeconfig \/nowhere/, 1],
    [[], /--namespace.*--all-namespaces/, 2],
    [['-n', 'shop', '--outptu', 'yaml'], /--outptu/, 2],
  ])('refuses %j in one sentence', async (args, words, code) => {
    const refused = await adopt(args);
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([code, '', expect.stringMatching(words)]);
    expect(refused.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses an unknown namespace, an unknown context, bad credentials and an API server that is away', async () => {
    const gone = await adopt(['-n', 'no-such-namespace', '--kubeconfig', cluster.kubeconfig]);
    expect([gone.code, gone.stderr]).toEqual([1, 'portolan adopt: Namespace no-such-namespace does not exist.\n']);
    const context = await adopt(['-n', 'shop', '--context', 'other', '--kubeconfig', cluster.kubeconfig]);
    expect([context.code, context.stderr]).toEqual([1, expect.stringMatching(/no context 'other'/)]);

    const { kubeconfig } = await namespaceOf('view');
    const port = await freePort();
    const away = await adopt(['-n', 'shop', '--kubeconfig', await throughPort({ kubeconfig, port, directory })]);
    expect([away.code, away.stderr]).toEqual([1, expect.stringMatching(/The API server did not answer/)]);

    const stranger = join(directory, 'stranger.kubeconfig');
    const text = await cluster.kubectl(['config', 'view', '--raw'], { kubeconfig });
    await writeFile(stranger, text.stdout.replace(/token: .*/, 'token: not-a-token'));
    const unknown = await adopt(['-n', 'shop', '--kubeconfig', stranger]);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringMatching(/does not accept the credentials/)]);
    expect(unknown.stderr).not.toContain('not-a-token');
  });

  it('says of a cluster without the CRDs how to install them', async () => {
    const bare = await startControlPlane({ directory: join(directory, 'bare'), log: () => undefined });
    onTestFinished(async () => bare.stop());
    const refused = await adopt(['-n', 'default', '--kubeconfig', bare.kubeconfig]);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/CRDs of Portolan are not installed.*kubectl apply/),
    ]);
  });

  it('is a plugin of kubectl, and explains itself', async () => {
    const plugin = join(paths.operatorEntry, '..', 'kubectl-portolan');
    const help = await run([plugin], ['adopt', '--help'], { env: operatorEnvironment(process.env) });
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('kubectl apply --server-side -f -')]);
    const all = await run([plugin], ['--help'], { env: operatorEnvironment(process.env) });
    expect(all.stdout).toContain('portolan adopt --help');
  });
});
