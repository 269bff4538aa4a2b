import { describe, expect, test } from 'vitest';
import { catalogOf } from '../testing/seed.ts';
import { componentWith, deploymentWeb, linked, objectOf, storedReader } from '../testing/stored-reader.ts';
import type { EntityResource, WorkloadStatus } from '@portolan/crds';
import type { CatalogEntity } from '@portolan/catalog';
import { ClusterReadError, type RawObject } from './cluster-reader.ts';
import { maxObjects, readEntityObjects, type EntityObjects } from './entity-objects.ts';
import { readableKinds } from './kinds.ts';

const signal = new AbortController().signal;

function entityOf(resource: EntityResource): CatalogEntity {
  const catalog = catalogOf([resource]);
  return catalog.entity(catalog.byUid(resource.metadata.uid) ?? -1);
}

async function read(
  objects: readonly RawObject[],
  items: readonly WorkloadStatus[],
  fault?: (verb: string, plural: string) => Error | undefined,
): Promise<EntityObjects & { reads: readonly string[] }> {
  const reader = storedReader(objects);
  reader.fault = fault;
  const entity = entityOf(componentWith(items));
  const found = await readEntityObjects({ reader, entity, callerClass: 'test', kinds: readableKinds() }, signal);
  return { ...found, reads: reader.reads };
}

const names = (found: EntityObjects): string[] =>
  [...found.roots.flatMap((root) => root.found ?? []), ...found.owned]
    .map(({ object }) => `${object.kind}/${object.metadata.name}`)
    .toSorted();

describe('readEntityObjects', () => {
  test('follows a Deployment to its ReplicaSets and their pods, by labels and by uid', async () => {
    const { deployment, replicaSet, pod } = deploymentWeb();
    const labels = { app: 'web' };
    const strangers = [
      // The labels alone, an owner of another uid, an owner that does not control, another namespace.
      objectOf('Pod', 'bare', { labels }),
      objectOf('Pod', 'old', { labels, owner: { ...replicaSet, metadata: { ...replicaSet.metadata, uid: 'before' } } }),
      objectOf('Pod', 'guest', { labels, owner: replicaSet, controller: false }),
      objectOf('Pod', 'away', { labels, owner: replicaSet, namespace: 'other' }),
    ];
    const found = await read([deployment, replicaSet, pod, ...strangers], [linked('Deployment', 'web')]);
    expect(names(found)).toEqual(['Deployment/web', 'Pod/web-1-a', 'ReplicaSet/web-1']);
    expect(found.failures).toEqual([]);
  });

  test('follows a CronJob to its Jobs, whatever their labels, and to their pods', async () => {
    const cron = objectOf('CronJob', 'nightly');
    const job = objectOf('Job', 'nightly-1', {
      owner: cron,
      spec: { selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'j1' } } },
    });
    const pod = objectOf('Pod', 'nightly-1-x', { labels: { 'batch.kubernetes.io/controller-uid': 'j1' }, owner: job });
    const found = await read([cron, job, pod, objectOf('Job', 'other')], [linked('CronJob', 'nightly')]);
    expect(names(found)).toEqual(['CronJob/nightly', 'Job/nightly-1', 'Pod/nightly-1-x']);
  });

  test('reads the pods of the newest Jobs only, and says that some are missing', async () => {
    const cron = objectOf('CronJob', 'often');
    const jobs = Array.from({ length: 25 }, (_, at) =>
      objectOf('Job', `often-${at}`, {
        owner: cron,
        created: `2026-01-01T00:00:${String(at).padStart(2, '0')}Z`,
        spec: { selector: { matchLabels: { job: `j${at}` } } },
      }),
    );
    const found = await read([cron, ...jobs], [linked('CronJob', 'often')]);
    const lists = found.reads.filter((each) => each.startsWith('list pods'));
    expect(lists).toHaveLength(20);
    expect(lists).toContain('list pods shop?job=j24');
    expect(lists).not.toContain('list pods shop?job=j4');
    expect(found.failures).toMatchObject([{ resource: 'pods', reason: 'Partial' }]);
  });

  test('reads what supports by name alone, and nothing of a kind that is not linked', async () => {
    const service = objectOf('Service', 'web', { spec: { selector: { app: 'web' } } });
    const found = await read(
      [service, objectOf('Secret', 'web')],
      [linked('Service', 'web', { supporting: true }), linked('Secret', 'web'), linked('ConfigMap', 'web')],
    );
    expect(found.reads).toEqual(['get services shop/web']);
    expect(found.roots.map(({ isUnread = false }) => isUnread)).toEqual([false, true, true]);
  });

  test('without a workload in its status reads nothing, whatever the entity says of itself', async () => {
    const reader = storedReader([deploymentWeb().deployment]);
    const entity = entityOf({
      ...componentWith([], {
        annotations: {
          'backstage.io/kubernetes-id': 'web',
          'backstage.io/kubernetes-namespace': 'shop',
          'backstage.io/kubernetes-label-selector': 'app=web',
        },
        spec: {
          workloads: [{ kind: 'Deployment', name: 'web' }],
          extensions: { status: { portolan: { workloads: { items: [linked('Deployment', 'web')] } } } },
        },
      }),
      status: {},
    });
    const found = await readEntityObjects({ reader, entity, callerClass: 'test', kinds: readableKinds() }, signal);
    expect(found).toEqual({ roots: [], owned: [], failures: [], more: 0, podLists: [] });
    expect(reader.reads).toEqual([]);
  });

  test('tells what may not be read, once, and gives the rest', async () => {
    const { deployment, replicaSet, pod } = deploymentWeb();
    const second = objectOf('Deployment', 'api', { spec: deployment['spec'] });
    const found = await read(
      [deployment, replicaSet, pod, second],
      [linked('Deployment', 'web'), linked('Deployment', 'api')],
      (_verb, plural) => (plural === 'pods' ? new ClusterReadError('Forbidden', { status: 403 }) : undefined),
    );
    expect(names(found)).toEqual(['Deployment/api', 'Deployment/web', 'ReplicaSet/web-1']);
    expect(found.failures).toEqual([
      { resource: 'pods', path: '/api/v1/namespaces/shop/pods', reason: 'Forbidden', status: 403 },
    ]);
  });

  test('knows a workload that is gone from one that could not be read', async () => {
    const found = await read([], [linked('Deployment', 'gone'), linked('StatefulSet', 'hidden')], (_verb, plural) =>
      plural === 'statefulsets' ? new ClusterReadError('Unreachable') : undefined,
    );
    expect(found.roots.map(({ item, failure }) => [item.name, failure?.reason])).toEqual([
      ['gone', undefined],
      ['hidden', 'Unreachable'],
    ]);
  });

  test('holds so many objects and counts the others', async () => {
    const labels = { app: 'many' };
    const set = objectOf('DaemonSet', 'many', { spec: { selector: { matchLabels: labels } } });
    const pods = Array.from({ length: maxObjects + 5 }, (_, at) => objectOf('Pod', `p${at}`, { labels, owner: set }));
    const found = await read([set, ...pods], [linked('DaemonSet', 'many')]);
    expect(found.owned).toHaveLength(maxObjects - 1);
    expect(found.more).toBe(6);
  });

  test('ends when the caller has gone', async () => {
    const reader = storedReader([deploymentWeb().deployment]);
    const entity = entityOf(componentWith([linked('Deployment', 'web')]));
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(
      readEntityObjects({ reader, entity, callerClass: 'test', kinds: readableKinds() }, gone),
    ).rejects.toThrow('gone');
  });

  test.each([
    { name: 'no spec', object: { kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } } },
    { name: 'a selector that is none', object: objectOf('Deployment', 'web', { spec: { selector: 'app' } }) },
    {
      name: 'an owner that is itself',
      object: objectOf('Pod', 'web', { uid: 'u', owner: objectOf('Pod', 'web', { uid: 'u' }) }),
    },
  ])('takes an object with $name as it is', async ({ object }) => {
    const found = await read([object as RawObject], [linked(object.kind ?? '', 'web')]);
    expect(names(found)).toEqual([`${object.kind}/web`]);
    expect(found.owned).toEqual([]);
  });
});
