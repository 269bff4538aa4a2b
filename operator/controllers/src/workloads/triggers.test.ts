import { lowPriority } from '@portolan/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorld, home, type RawObject, type World } from '../testing/world.ts';
import { watchWorkloads } from './triggers.ts';
import { createWorkloadFragments } from './workload-fragment.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
const rollouts = { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts', kind: 'Rollout' };
const groups: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  ReplicaSet: 'apps/v1',
  CronJob: 'batch/v1',
  Job: 'batch/v1',
  Rollout: 'argoproj.io/v1alpha1',
  Pod: 'v1',
};

interface Watched extends World {
  /** Keys of entities, in the order in which they were asked for, and the priority of the last. */
  asked: string[];
  priorities: (number | undefined)[];
}

function watched(): Watched {
  const world = createWorld({ kinds: [rollouts] });
  const asked: string[] = [];
  const priorities: (number | undefined)[] = [];
  watchWorkloads({
    informers: world.workloadInformers,
    workloads: world.workloads,
    entities: world.entities,
    linker: world.linker,
    enqueue: ({ kind, key }, { priority }) => {
      asked.push(`${kind} ${key}`);
      priorities.push(priority);
    },
  });
  return { ...world, asked, priorities };
}

const name = fc.constantFrom('a', 'b');
const namespace = fc.constantFrom(home, 'theirs');
const few = { maxKeys: 2 };
const labels = fc.dictionary(fc.constantFrom('app', 'app.kubernetes.io/name'), name, few);
const uid = fc.constantFrom('', '', '', '-again');
const owner = fc.option(fc.record({ kind: fc.constantFrom(...Object.keys(groups)), name }), { freq: 2 });

/** An object as the API server could send it, of any kind that is watched. */
const object = fc.oneof(
  { weight: 4, arbitrary: running('Deployment', 'StatefulSet', 'CronJob', 'Rollout') },
  { weight: 5, arbitrary: running('ReplicaSet', 'Job', 'Pod') },
  { weight: 3, arbitrary: of('Service', fc.record({ spec: fc.record({ selector: labels }) })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        of(
          'EndpointSlice',
          fc.record({ endpoints: fc.array(fc.record({ conditions: condition() }), { maxLength: 2 }) }),
        ),
        name,
      )
      .map(
        ([[kind, raw], service]) =>
          [kind, { ...raw, metadata: { ...raw.metadata, labels: { 'kubernetes.io/service-name': service } } }] as const,
      ),
  },
  {
    weight: 2,
    arbitrary: of(
      'Ingress',
      fc.array(name, { maxLength: 2 }).map((names) => ({
        spec: { rules: [{ http: { paths: names.map((each) => ({ backend: { service: { name: each } } })) } }] },
      })),
    ),
  },
  {
    weight: 1,
    arbitrary: of(
      'HTTPRoute',
      name.map((each) => ({ spec: { rules: [{ backendRefs: [{ name: each }] }] } })),
    ),
  },
  {
    weight: 2,
    arbitrary: of(
      'HorizontalPodAutoscaler',
      fc
        .record({ kind: fc.constantFrom('Deployment', 'Rollout', 'ReplicaSet'), name })
        .map(({ kind, name: target }) => ({
          spec: { scaleTargetRef: { apiVersion: groups[kind], kind, name: target } },
        })),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom('a', 'b', 'data-a-0', 'data-b-1'),
        namespace,
        fc.constantFrom('Pending', 'Bound', 'Lost'),
        fc.option(name),
      )
      .map(
        ([each, where, phase, pod]) =>
          [
            'PersistentVolumeClaim',
            {
              metadata: {
                name: each,
                namespace: where,
                ...(pod !== null && ownedBy({ kind: 'Pod', name: pod }, where)),
              },
              spec: { storageClassName: 'fast' },
              status: { phase },
            },
          ] as const,
      ),
  },
  {
    weight: 2,
    arbitrary: of(
      'PodDisruptionBudget',
      fc.oneof(
        labels.map((matchLabels) => ({ spec: { selector: { matchLabels } } })),
        fc.constant({ spec: { selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } } }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('Immediate', 'WaitForFirstConsumer')
      .map((volumeBindingMode) => ['StorageClass', { metadata: { name: 'fast' }, volumeBindingMode }] as const),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('', home, '*')
      .map(
        (allowed) =>
          [
            'Namespace',
            { metadata: { name: 'theirs', annotations: { 'portolan.dev/allow-links-from': allowed } } },
          ] as const,
      ),
  },
) satisfies fc.Arbitrary<readonly [string, RawObject]>;

const entity = fc.record({
  kind: fc.constantFrom('Component' as const, 'Component' as const, 'Resource' as const),
  name,
  namespace,
  annotations: fc.dictionary(
    fc.constantFrom('backstage.io/kubernetes-label-selector', 'backstage.io/kubernetes-namespace'),
    fc.constantFrom('app=a', '!app', 'app', 'theirs'),
    few,
  ),
  spec: fc
    .array(fc.record({ kind: fc.constantFrom('Deployment', 'Rollout', 'Pod', 'Job', 'Canary'), name, namespace }), {
      maxLength: 1,
    })
    .map((workloads) => ({ workloads })),
});

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ put: object }) },
  { weight: 1, arbitrary: fc.record({ take: object }) },
  { weight: 2, arbitrary: fc.record({ declare: entity }) },
  { weight: 1, arbitrary: fc.record({ withdraw: entity }) },
);

function condition() {
  return fc.record({ ready: fc.boolean() });
}

function ownedBy(of: { kind: string; name: string }, where: string) {
  const reference = { apiVersion: groups[of.kind], ...of, uid: `${of.kind}-${where}-${of.name}`, controller: true };
  return { ownerReferences: [reference] };
}

function of<T extends object>(kind: string, rest: fc.Arbitrary<T>): fc.Arbitrary<readonly [string, RawObject]> {
  return fc
    .tuple(name, namespace, rest)
    .map(([each, where, fields]) => [kind, { metadata: { name: each, namespace: where }, ...fields }]);
}

function running(...kinds: string[]): fc.Arbitrary<readonly [string, RawObject]> {
  return fc
    .record({
      kind: fc.constantFrom(...kinds),
      name,
      namespace,
      labels,
      podLabels: labels,
      uid,
      owner,
      replicas: fc.constantFrom(0, 1),
      claim: fc.option(name),
      status: fc.constantFrom<object>(
        {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
          containerStatuses: [
            {
              name: 'app',
              ready: true,
              restartCount: 2,
              lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2026-11-24T09:55:00Z' } },
            },
          ],
        },
        { phase: 'Failed', readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1, replicas: 1 },
        {
          phase: 'Pending',
          conditions: [
            { type: 'ReplicaFailure', status: 'True' },
            { type: 'Failed', status: 'True' },
          ],
        },
      ),
    })
    .map(({ kind, name: each, namespace: where, uid: suffix, owner: by, claim, status, replicas, ...rest }) => {
      const volumes = claim === null ? [] : [{ persistentVolumeClaim: { claimName: claim } }];
      const template = { metadata: { labels: rest.podLabels }, spec: { volumes } };
      const metadata = {
        name: each,
        namespace: where,
        labels: rest.labels,
        uid: `${kind}-${where}-${each}${suffix}`,
        ...(by !== null && ownedBy(by, where)),
      };
      const volumeClaimTemplates = [{ metadata: { name: 'data' } }];
      const spec =
        kind === 'Pod'
          ? { volumes }
          : { replicas, template, volumeClaimTemplates, jobTemplate: { spec: { template } } };
      return [kind, { metadata, spec, status }] as const;
    });
}

describe('a look', () => {
  it('finds the same whatever came first, so that a restart of the operator writes nothing', () => {
    const keyOf = ([kind, { metadata }]: readonly [string, RawObject]): string =>
      `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
    const objects = fc.uniqueArray(object as fc.Arbitrary<readonly [string, RawObject]>, {
      selector: keyOf,
      maxLength: 40,
      size: 'max',
    });
    fc.assert(
      fc.property(objects, fc.array(entity, { maxLength: 3 }), (given, declared) => {
        const [one, other] = [given, given.toReversed()].map((order) => {
          const world = createWorld({ kinds: [rollouts] });
          for (const [kind, raw] of order) world.add(kind, raw);
          const fragments = createWorkloadFragments(world);
          for (const each of declared) world.put(each);
          return (['Component', 'Resource'] as const).flatMap((kind) =>
            world.entities
              .store(kind)
              .list()
              .map((each) => JSON.stringify(fragments(each, now))),
          );
        });
        expect(other).toEqual(one);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the triggers', () => {
  it('ask for every entity whose status a change alters: what they lead to is what a full look finds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const world = watched();
        const fragments = createWorkloadFragments(world);
        const known = new Map<string, string>();
        const look = (id: string): string | undefined => {
          const [kind = '', key = ''] = id.split(' ');
          const found = world.entities.store(kind as 'Component').get(key);
          return found === undefined ? undefined : JSON.stringify(fragments(found, now));
        };
        for (const each of steps) {
          world.asked.length = 0;
          if ('put' in each) world.add(each.put[0], each.put[1]);
          else if ('take' in each) {
            const { namespace: where = '', name: which }: RawObject['metadata'] = each.take[1].metadata;
            world.take(each.take[0], where === '' ? which : `${where}/${which}`);
          } else {
            // The composer itself looks at an entity that changes.
            const given = 'declare' in each ? each.declare : each.withdraw;
            if ('declare' in each) world.put(given);
            else world.remove(given.kind, `${given.namespace}/${given.name}`);
            world.asked.push(`${given.kind} ${given.namespace}/${given.name}`);
          }
          for (const id of world.asked) known.set(id, look(id) ?? '');
          for (const kind of ['Component', 'Resource'] as const) {
            for (const { metadata } of world.entities.store(kind).list()) {
              const id = `${kind} ${metadata.namespace}/${metadata.name}`;
              expect([id, known.get(id)]).toEqual([id, look(id)]);
            }
          }
        }
      }),
      { numRuns: 250 },
    );
  });

  it('ask for nobody when nothing changes that a rule reads', () => {
    const world = watched();
    const selected = { app: 'web' };
    world.put({ kind: 'Component', name: 'web' });
    world.run({
      name: 'front',
      labels: { 'app.kubernetes.io/name': 'web' },
      spec: { template: { metadata: { labels: selected } } },
    });
    const scale = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'front' }, maxReplicas: 9 };
    const own = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'front',
      uid: 'Deployment-home-front',
      controller: true,
    };
    const objects = (round: number): (readonly [string, RawObject])[] => [
      [
        'Service',
        { metadata: { name: 'front', namespace: home }, spec: { selector: selected, clusterIP: `10.0.0.${round}` } },
      ],
      [
        'EndpointSlice',
        {
          metadata: { name: 'front-1', namespace: home, labels: { 'kubernetes.io/service-name': 'front' } },
          endpoints: Array.from({ length: round }, () => ({ conditions: { ready: true } })),
        },
      ],
      [
        'HorizontalPodAutoscaler',
        { metadata: { name: 'front', namespace: home }, spec: scale, status: { currentMetrics: [{ round }] } },
      ],
      [
        'ReplicaSet',
        { metadata: { name: 'front-1', namespace: home, ownerReferences: [own] }, status: { readyReplicas: round } },
      ],
    ];
    for (const each of objects(1)) world.add(...each);
    expect(new Set(world.asked)).toEqual(new Set(['Component home/web']));
    world.asked.length = 0;
    for (const each of objects(2)) world.add(...each);
    expect(world.asked).toEqual([]);
  });

  it('ask only for the entities that are concerned', () => {
    const world = watched();
    for (const each of ['web', 'shop']) {
      world.put({ kind: 'Component', name: each });
      const template = { metadata: { labels: { app: each } } };
      world.run({ name: each, labels: { 'app.kubernetes.io/name': each }, spec: { template } });
    }
    world.asked.length = 0;
    world.add('Service', { metadata: { name: 'web', namespace: home }, spec: { selector: { app: 'web' } } });
    expect(world.asked).toEqual(['Component home/web']);
    world.asked.length = 0;
    world.add('Service', { metadata: { name: 'web', namespace: home }, spec: { selector: { app: 'shop' } } });
    expect(world.asked.toSorted()).toEqual(['Component home/shop', 'Component home/web']);
  });

  it('ask for nobody when a Namespace goes that let nobody in, and for those whom it let in otherwise', () => {
    const world = watched();
    world.put({ kind: 'Component', name: 'web' });
    world.put({ kind: 'Component', name: 'web', namespace: 'other' });
    world.addNamespace('silent');
    world.addNamespace('open', 'other');
    world.asked.length = 0;
    world.take('Namespace', 'silent');
    expect(world.asked).toEqual([]);
    world.addNamespace('open', `other,${home}`);
    expect(world.asked).toEqual([`Component ${home}/web`]);
    world.asked.length = 0;
    world.take('Namespace', 'open');
    expect(world.asked.toSorted()).toEqual([`Component ${home}/web`, 'Component other/web']);
    world.asked.length = 0;
    world.addNamespace('open', '*');
    expect(world.asked.toSorted()).toEqual([`Component ${home}/web`, 'Component other/web']);
  });

  it('ask for those from whom a Namespace takes a workload when it lets others come before them', () => {
    const world = watched();
    world.put({ kind: 'Component', name: 'web', namespace: 'theirs' });
    const workloads = [{ kind: 'Deployment', name: 'web', namespace: 'theirs' }];
    world.put({ kind: 'Component', name: 'shop', spec: { workloads } });
    world.run({ name: 'web', namespace: 'theirs', labels: { 'app.kubernetes.io/name': 'web' } });
    world.asked.length = 0;
    world.addNamespace('theirs', home);
    expect(new Set(world.asked)).toEqual(new Set([`Component ${home}/shop`, 'Component theirs/web']));
  });

  it('let a first listing wait behind what changes now', () => {
    const world = watched();
    world.put({ kind: 'Component', name: 'web' });
    const labelled = { 'app.kubernetes.io/name': 'web' };
    world.add('Pod', { metadata: { name: 'web', namespace: home, labels: labelled } }, { initial: true });
    world.add('Pod', { metadata: { name: 'web', namespace: home, labels: labelled }, status: { phase: 'Failed' } });
    expect(world.priorities).toEqual([lowPriority, undefined]);
  });
});
