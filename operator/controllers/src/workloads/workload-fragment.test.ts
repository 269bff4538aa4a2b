import { linkingEntityStatus } from '@portolan/crds/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { object } from './health/testing/hostile.ts';
import { createWorld, type World } from '../testing/world.ts';
import { watchWorkloads } from './triggers.ts';
import { createWorkloadFragments } from './workload-fragment.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
const byName = { 'app.kubernetes.io/name': 'web' };
const lost = { verdict: 'Healthy', reason: 'Ready', message: '', since: '2026-11-24T09:00:00Z' } as const;

function crashing(world: World): void {
  world.addReplicaSet({
    metadata: {
      name: 'front-1',
      namespace: 'home',
      uid: 'rs-1',
      resourceVersion: '1',
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: 'front', uid: 'Deployment-home-front', controller: true },
      ],
    },
  });
  world.addPod({
    metadata: {
      name: 'front-1-x',
      namespace: 'home',
      uid: 'pod-1',
      resourceVersion: '1',
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'front-1', uid: 'rs-1', controller: true }],
    },
    spec: {},
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'app',
          ready: false,
          restartCount: 7,
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'password=hunter2' } },
          lastState: { terminated: { exitCode: 3, reason: 'Error', message: 'password=hunter2' } },
        },
      ],
    },
  });
}

describe('the workloads of an entity', () => {
  it('leave no trace on an entity that never had any', () => {
    const world = createWorld();
    const fragment = createWorkloadFragments(world)(world.put({ kind: 'Component', name: 'web' }), now);
    expect(fragment.fields).toEqual({ workloads: null, health: null });
    expect(fragment.conditions).toEqual([{ type: 'WorkloadsLinked', status: null }]);
  });

  it('are summed up, and the worst of them decides the health, with the objects that it comes from', () => {
    const world = createWorld();
    world.run({ name: 'front', labels: byName, status: { readyReplicas: 0, availableReplicas: 0 } });
    world.run({ name: 'back', labels: byName });
    crashing(world);
    const { fields, conditions } = createWorkloadFragments(world)(world.put({ kind: 'Component', name: 'web' }), now);
    expect(fields?.workloads).toMatchObject({ total: 2, desired: 2, ready: 1 });
    expect(fields?.health).toMatchObject({ verdict: 'Degraded', reason: 'CrashLoop', since: '2026-11-24T10:00:00Z' });
    expect(fields?.health?.evidence?.map(({ kind, name, container }) => [kind, name, container])).toEqual([
      ['Deployment', 'front', undefined],
      ['ReplicaSet', 'front-1', undefined],
      ['Pod', 'front-1-x', 'app'],
    ]);
    expect(fields?.health?.message).toContain('exit code 3');
    expect(fields?.health?.nextStep).toEqual({
      text: 'Read the last log lines of container app.',
      command: 'kubectl logs front-1-x -n home -c app --tail=50',
    });
    expect(conditions).toEqual([expect.objectContaining({ type: 'WorkloadsLinked', status: 'True' })]);
  });

  it('are what their own namespace holds, whoever another one names as its owner', () => {
    const world = createWorld();
    world.run({ name: 'front', labels: byName });
    const owner = (kind: string, name: string, uid: string) => ({
      ownerReferences: [{ apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1', kind, name, uid, controller: true }],
    });
    const crashed = {
      phase: 'Running',
      containerStatuses: [{ name: 'app', restartCount: 7, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
    };
    const deployment = owner('Deployment', 'front', 'Deployment-home-front');
    const failure = { conditions: [{ type: 'ReplicaFailure', status: 'True' }] };
    world.add('ReplicaSet', { metadata: { name: 'front-1', namespace: 'evil', ...deployment }, status: failure });
    world.add('Pod', { metadata: { name: 'direct', namespace: 'evil', ...deployment }, status: crashed });
    const set = owner('ReplicaSet', 'front-1', 'ReplicaSet-evil-front-1');
    world.add('Pod', { metadata: { name: 'below', namespace: 'evil', ...set }, status: crashed });
    const { fields } = createWorkloadFragments(world)(world.put({ kind: 'Component', name: 'web' }), now);
    expect(JSON.stringify(fields)).not.toContain('evil');
    expect(fields?.health).toMatchObject({ verdict: 'Healthy', reason: 'Ready' });
  });

  it('read alike in whatever order their pods came', () => {
    const restarted = (name: string) => ({
      metadata: {
        name,
        namespace: 'home',
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'front', uid: 'DaemonSet-home-front', controller: true },
        ],
      },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          {
            name: 'app',
            ready: true,
            restartCount: 1,
            state: { running: { startedAt: '2026-11-24T09:58:00Z' } },
            lastState: { terminated: { exitCode: 3, finishedAt: '2026-11-24T09:57:00Z' } },
          },
        ],
      },
    });
    const told = [
      ['a', 'b'],
      ['b', 'a'],
    ].map((names) => {
      const world = createWorld();
      const status = { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2, numberReady: 2 };
      world.run({ kind: 'DaemonSet', name: 'front', labels: byName, status });
      for (const each of names) world.add('Pod', restarted(each));
      return createWorkloadFragments(world)(world.put({ kind: 'Component', name: 'web' }), now).fields;
    });
    expect(told[0]?.health).toMatchObject({ reason: 'Restarting' });
    expect(told[1]).toEqual(told[0]);
  });

  it('are not all told where a kind that may run it cannot be read', () => {
    const world = createWorld();
    world.run({ name: 'front', labels: byName });
    world.setState('StatefulSet', 'refused');
    const { fields } = createWorkloadFragments(world)(world.put({ kind: 'Component', name: 'web' }), now);
    expect(fields?.health).toMatchObject({
      verdict: 'Healthy',
      gaps: [{ kind: 'StatefulSet', namespace: 'home', reason: 'Forbidden' }],
    });
  });

  it('never lend their own words to a status: a container may print a password', () => {
    const world = createWorld();
    world.run({ name: 'front', labels: byName, status: { readyReplicas: 0 } });
    crashing(world);
    const fragment = createWorkloadFragments(world)(world.put({ kind: 'Component', name: 'web' }), now);
    expect(JSON.stringify(fragment)).toContain('CrashLoop');
    expect(JSON.stringify(fragment)).not.toContain('hunter2');
  });

  it('that were there and are gone leave it unknown, not healthy', () => {
    const world = createWorld();
    const web = world.put({ kind: 'Component', name: 'web', status: { health: { ...lost } } });
    expect(createWorkloadFragments(world)(web, now).fields?.health).toMatchObject({
      verdict: 'Unknown',
      reason: 'NoWorkloads',
      since: '2026-11-24T10:00:00Z',
    });
  });

  it('keep the stored status while any kind is still being listed', () => {
    const world = createWorld();
    world.setState('StatefulSet', 'pending');
    const web = world.put({ kind: 'Component', name: 'web', status: { health: { ...lost } } });
    expect(createWorkloadFragments(world)(web, now)).toEqual({});
  });

  it('of a kind that may not be read are unknown where they are named, and no other is', () => {
    const world = createWorld();
    world.setState('StatefulSet', 'refused');
    const spec = { workloads: [{ kind: 'StatefulSet', name: 'db' }] };
    const named = world.put({ kind: 'Component', name: 'web', spec });
    expect(createWorkloadFragments(world)(named, now).fields?.health).toMatchObject({
      verdict: 'Unknown',
      reason: 'Forbidden',
    });
    world.run({ name: 'front', labels: { 'app.kubernetes.io/name': 'other' } });
    const other = world.put({ kind: 'Component', name: 'other' });
    expect(createWorkloadFragments(world)(other, now).fields?.health).toMatchObject({ verdict: 'Healthy' });
  });

  it('that spec.workloads names and nobody created are told', () => {
    const world = createWorld();
    const spec = { workloads: [{ kind: 'Deployment', name: 'nowhere' }] };
    const [condition] =
      createWorkloadFragments(world)(world.put({ kind: 'Component', name: 'web', spec }), now).conditions ?? [];
    expect(condition).toMatchObject({
      status: 'False',
      reason: 'NotFound',
      message: expect.stringContaining('home/nowhere'),
    });
  });
});

describe('a status', () => {
  it('is one that the API server takes, whatever the workloads and their pods say', () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 4 }), fc.array(object, { maxLength: 4 }), (workloads, pods) => {
        const world = createWorld();
        workloads.forEach((raw, index) => {
          const { spec, status } = Object(raw) as { spec?: object; status?: object };
          world.run({
            name: `w${index}`,
            labels: byName,
            spec: Object(spec) as object,
            status: Object(status) as object,
          });
        });
        pods.forEach((raw, index) => {
          const kind = 'ReplicaSet';
          const ownerReferences = [{ apiVersion: 'apps/v1', kind, name: 'loop', uid: 'loop', controller: true }];
          const metadata = { name: `p${index}`, namespace: 'home', uid: `p${index}`, ownerReferences };
          world.addReplicaSet({ metadata: { ...metadata, name: 'loop', uid: 'loop' } });
          world.addPod({ ...(Object(raw) as object), metadata });
        });
        const { fields } = createWorkloadFragments(world)(world.put({ kind: 'Component', name: 'web' }), now);
        const status = JSON.parse(JSON.stringify(fields, (_, value: unknown) => value ?? undefined)) as object;
        expect(linkingEntityStatus.safeParse(status).error).toBeUndefined();
        expect(JSON.stringify(status)).not.toContain('hunter2');
      }),
      { numRuns: 60 },
    );
  });

  it('names the next step for as long as something is wrong, and then none', () => {
    const world = createWorld();
    world.run({ name: 'front', labels: byName, spec: { replicas: 2 }, status: { replicas: 1 } });
    const web = world.put({ kind: 'Component', name: 'web' });
    expect(createWorkloadFragments(world)(web, now).fields?.health?.nextStep).toBeUndefined();
    crashing(world);
    expect(createWorkloadFragments(world)(web, now).fields?.health?.nextStep?.text).toMatch(/log lines/);
  });
});

describe('a change of what runs', () => {
  function watched(): World & { asked: string[] } {
    const world = createWorld();
    const asked: string[] = [];
    watchWorkloads({
      informers: world.workloadInformers,
      workloads: world.workloads,
      entities: world.entities,
      linker: world.linker,
      enqueue: ({ key }) => asked.push(key),
    });
    return { ...world, asked };
  }

  it('asks for the entity that is linked, and for the one that was', () => {
    const world = watched();
    world.put({ kind: 'Component', name: 'web' });
    world.put({ kind: 'Component', name: 'shop' });
    world.run({ name: 'front', labels: byName });
    expect(world.asked).toEqual(['home/web']);
    world.asked.length = 0;
    world.run({ name: 'front', labels: { 'app.kubernetes.io/name': 'shop' } });
    expect(world.asked.sort()).toEqual(['home/shop', 'home/web']);
    world.asked.length = 0;
    world.stop('Deployment', 'home/front');
    expect(world.asked).toEqual(['home/shop']);
  });

  it('asks for the entity whose pod changed', () => {
    const world = watched();
    world.put({ kind: 'Component', name: 'web' });
    world.run({ name: 'front', labels: byName });
    world.asked.length = 0;
    crashing(world);
    expect(world.asked).toContain('home/web');
  });

  it('asks for everybody who shares a workload when one of them comes or goes', () => {
    const world = watched();
    const spec = { workloads: [{ kind: 'Deployment', name: 'front' }] };
    world.run({ name: 'front' });
    world.put({ kind: 'Component', name: 'one', spec });
    world.asked.length = 0;
    world.put({ kind: 'Component', name: 'two', spec });
    expect(new Set(world.asked)).toEqual(new Set(['home/one', 'home/two']));
    world.asked.length = 0;
    world.remove('Component', 'home/two');
    expect(world.asked).toContain('home/one');
  });

  it('asks for everybody when a Namespace gives its consent', () => {
    const world = watched();
    const spec = { workloads: [{ kind: 'Deployment', name: 'front', namespace: 'theirs' }] };
    world.put({ kind: 'Component', name: 'web', spec });
    world.addNamespace('theirs');
    world.asked.length = 0;
    world.addNamespace('theirs', 'home');
    expect(world.asked).toEqual(['home/web']);
  });
});
