import { describe, expect, it } from 'vitest';
import { createWorld, home, type RawObject, type World } from '../testing/world.ts';
import { createWorkloadFragments } from './workload-fragment.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
const labels = { 'app.kubernetes.io/name': 'web' };
const rollouts = { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts', kind: 'Rollout' };

function raw(name: string, more: { metadata?: object } & Record<string, unknown> = {}): RawObject {
  const { metadata, ...rest } = more;
  return { metadata: { name, namespace: home, ...metadata }, ...rest };
}

function ownedBy(apiVersion: string, kind: string, name: string) {
  return { ownerReferences: [{ apiVersion, kind, name, uid: `${kind}-${home}-${name}`, controller: true }] };
}

function fragmentOf(world: World, spec?: object) {
  return createWorkloadFragments(world)(world.put({ kind: 'Component', name: 'web', ...(spec && { spec }) }), now);
}

/** What runs the component, as `Kind name Verdict Reason ready/desired`. */
function running(world: World, spec?: object): string[] {
  return (fragmentOf(world, spec).fields?.workloads?.items ?? []).map(
    ({ kind, name, verdict, reason, ready, desired }) => `${kind} ${name} ${verdict} ${reason} ${ready}/${desired}`,
  );
}

const readyPod = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
const crashing = {
  phase: 'Running',
  containerStatuses: [
    { name: 'app', ready: false, restartCount: 7, state: { waiting: { reason: 'CrashLoopBackOff' } } },
  ],
};

describe('what runs an entity', () => {
  it('may be a Job, a Pod or a ReplicaSet that nothing else made', () => {
    const world = createWorld();
    const failed = [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }];
    world.add('Job', raw('import', { metadata: { labels }, status: { failed: 2, conditions: failed } }));
    world.add('Pod', raw('debug', { metadata: { labels }, status: readyPod }));
    const replicas = { replicas: 2, readyReplicas: 2, availableReplicas: 2 };
    world.add('ReplicaSet', raw('old', { metadata: { labels }, spec: { replicas: 2 }, status: replicas }));
    expect(running(world)).toEqual([
      'Job import Degraded BackoffLimitExceeded 0/0',
      'Pod debug Healthy Ready 1/1',
      'ReplicaSet old Healthy Ready 2/2',
    ]);
  });

  it('is not what another object made, whatever its labels say', () => {
    const world = createWorld();
    world.run({ name: 'front' });
    world.add('ReplicaSet', raw('front-1', { metadata: { labels, ...ownedBy('apps/v1', 'Deployment', 'front') } }));
    world.add('Pod', raw('front-1-a', { metadata: { labels, ...ownedBy('apps/v1', 'ReplicaSet', 'front-1') } }));
    world.add('Job', raw('nightly-1', { metadata: { labels, ...ownedBy('batch/v1', 'CronJob', 'nightly') } }));
    expect(running(world)).toEqual([]);
  });

  it('is what an owner of a kind that nobody watches made', () => {
    const world = createWorld();
    const owner = ownedBy('argoproj.io/v1alpha1', 'Rollout', 'front');
    world.add('ReplicaSet', raw('front-1', { metadata: { labels, ...owner }, spec: { replicas: 0 } }));
    expect(running(world)).toEqual(['ReplicaSet front-1 Suspended ScaledToZero 0/0']);
  });

  it('is not held back by owners in a circle', () => {
    const world = createWorld({ kinds: [rollouts] });
    const a = ownedBy('argoproj.io/v1alpha1', 'Rollout', 'b');
    const b = ownedBy('argoproj.io/v1alpha1', 'Rollout', 'a');
    world.add('Rollout', raw('a', { metadata: { labels, ...a } }));
    world.add('Rollout', raw('b', { metadata: { ...b } }));
    expect(running(world)).toEqual(['Rollout a Unknown NoRule 0/0']);
  });
});

describe('a configured kind', () => {
  const available = { readyReplicas: 1, conditions: [{ type: 'Available', status: 'True' }] };

  function rolledOut(): World {
    const world = createWorld({ kinds: [rollouts] });
    world.add('Rollout', raw('front', { metadata: { labels }, spec: { replicas: 2 }, status: available }));
    const set = ownedBy('argoproj.io/v1alpha1', 'Rollout', 'front');
    world.add('ReplicaSet', raw('front-1', { metadata: { labels, ...set }, spec: { replicas: 2 } }));
    return world;
  }

  it('runs an entity by its conditions, and what it made is a part of it', () => {
    expect(running(rolledOut())).toEqual(['Rollout front Healthy Ready 1/2']);
  });

  it('is degraded by its pods, with the way down to them', () => {
    const world = rolledOut();
    const metadata = ownedBy('apps/v1', 'ReplicaSet', 'front-1');
    world.add('Pod', raw('front-1-a', { metadata, status: crashing }));
    const { health } = fragmentOf(world).fields ?? {};
    expect(health).toMatchObject({ verdict: 'Degraded', reason: 'CrashLoop' });
    expect(health?.evidence?.map(({ kind, name, container }) => [kind, name, container])).toEqual([
      ['Rollout', 'front', undefined],
      ['ReplicaSet', 'front-1', undefined],
      ['Pod', 'front-1-a', 'app'],
    ]);
  });

  it.each([{ kind: 'Rollout' }, { kind: 'Rollout', group: 'argoproj.io' }])(
    'is named in spec.workloads: %j',
    (kind) => {
      const world = createWorld({ kinds: [rollouts] });
      world.add('Rollout', raw('front', { status: available }));
      expect(running(world, { workloads: [{ ...kind, name: 'front' }] })).toEqual(['Rollout front Healthy Ready 1/0']);
    },
  );

  it.each([
    [{ kind: 'Rollout', group: 'other.example.com' }],
    [{ kind: 'Canary' }],
    [{ kind: 'Deployment', group: 'other.example.com' }],
  ])('that nobody watches is told, with the setting, and nothing is green: %j', (kind) => {
    const world = createWorld({ kinds: [rollouts] });
    world.run({ name: 'healthy', labels });
    world.add('Rollout', raw('front', { status: available }));
    world.run({ name: 'front' });
    const { fields, conditions } = fragmentOf(world, { workloads: [{ ...kind, name: 'front' }] });
    expect(fields?.health).toMatchObject({ verdict: 'Unknown', reason: 'KindNotWatched' });
    expect(fields?.health?.nextStep?.text).toContain('--workload-kinds');
    expect(conditions).toEqual([
      expect.objectContaining({
        status: 'False',
        reason: 'KindNotWatched',
        message: expect.stringContaining('--workload-kinds'),
      }),
    ]);
  });

  it.each([
    ['refused' as const, 'Forbidden'],
    ['absent' as const, 'NotInstalled'],
    ['failing' as const, 'NotListed'],
  ])('that is %s leaves what names it Unknown(%s), and holds nobody else up', (state, reason) => {
    const world = createWorld({ kinds: [rollouts] });
    world.setState('Rollout', state);
    world.run({ name: 'other', labels: { 'app.kubernetes.io/name': 'other' } });
    const other = createWorkloadFragments(world)(world.put({ kind: 'Component', name: 'other' }), now);
    expect(other.fields?.health).toMatchObject({ verdict: 'Healthy' });
    const { fields } = fragmentOf(world, { workloads: [{ kind: 'Rollout', name: 'front' }] });
    expect(fields?.health).toMatchObject({ verdict: 'Unknown', reason });
  });
});

describe('pods that may not be read', () => {
  const world = (state: 'refused' | 'synced', kind = 'Pod'): World => {
    const each = createWorld();
    each.setState(kind, state);
    return each;
  };

  it.each(['Deployment', 'StatefulSet', 'DaemonSet'] as const)('leave a %s unknown rather than healthy', (kind) => {
    const status = { desiredNumberScheduled: 1, numberAvailable: 1, numberReady: 1, updatedNumberScheduled: 1 };
    const [hidden, seen] = [world('refused'), world('synced')];
    for (const each of [hidden, seen]) each.run({ kind, name: 'front', labels, status });
    expect(running(seen)[0]).toContain('Healthy');
    expect(running(hidden)[0]).toContain('Unknown Forbidden');
    expect(fragmentOf(hidden).fields?.health).toMatchObject({
      verdict: 'Unknown',
      reason: 'Forbidden',
      nextStep: { command: 'kubectl auth can-i list pod -n home' },
    });
  });

  it('are not found without the ReplicaSets between', () => {
    const hidden = world('refused', 'ReplicaSet');
    hidden.run({ name: 'front', labels });
    expect(running(hidden)).toEqual(['Deployment front Unknown Forbidden 1/1']);
  });

  it('change nothing where the object itself says what is wrong, or that it stands still', () => {
    const hidden = world('refused');
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
    hidden.run({ name: 'late', labels, status: { updatedReplicas: 0, availableReplicas: 0, conditions } });
    hidden.run({ name: 'off', labels, spec: { replicas: 0 } });
    const complete = [{ type: 'Complete', status: 'True' }];
    hidden.add('Job', raw('done', { metadata: { labels }, status: { succeeded: 1, conditions: complete } }));
    expect(running(hidden).map((each) => each.split(' ').slice(1, 4).join(' '))).toEqual([
      'late Degraded ProgressDeadlineExceeded',
      'off Suspended ScaledToZero',
      'done Healthy Complete',
    ]);
  });

  it('leave what was healthy before Unknown(Forbidden) where the workloads themselves may not be read', () => {
    const hidden = world('refused', 'Deployment');
    const health = { verdict: 'Healthy', reason: 'Ready', message: '', since: '2026-11-24T09:00:00Z' } as const;
    const entity = hidden.put({ kind: 'Component', name: 'web', status: { health } });
    const { fields } = createWorkloadFragments(hidden)(entity, now);
    expect(fields?.health).toMatchObject({ verdict: 'Unknown', reason: 'Forbidden' });
    expect(fields?.health?.message).toContain('Deployment');
  });
});

describe('a CronJob', () => {
  it('is judged by the Jobs that it made, with their pods', () => {
    const world = createWorld();
    world.run({
      kind: 'CronJob',
      name: 'nightly',
      labels,
      spec: { schedule: '0 3 * * *' },
      status: { lastScheduleTime: '2026-11-24T03:00:00Z' },
    });
    const failed = [
      { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', lastTransitionTime: '2026-11-24T03:05:00Z' },
    ];
    const job = ownedBy('batch/v1', 'CronJob', 'nightly');
    world.add('Job', raw('nightly-1', { metadata: job, status: { failed: 1, conditions: failed } }));
    const pod = ownedBy('batch/v1', 'Job', 'nightly-1');
    const terminated = { exitCode: 3, reason: 'Error' };
    world.add(
      'Pod',
      raw('nightly-1-a', {
        metadata: pod,
        spec: { restartPolicy: 'Never' },
        status: { phase: 'Failed', containerStatuses: [{ name: 'app', state: { terminated } }] },
      }),
    );
    const { health } = fragmentOf(world).fields ?? {};
    expect(health).toMatchObject({ verdict: 'Degraded', reason: 'LastRunFailed' });
    expect(health?.evidence?.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'CronJob nightly',
      'Job nightly-1',
      'Pod nightly-1-a',
    ]);
  });
});

describe('the evidence', () => {
  it('is at most ten objects, in the order of names, and says how many more there are', () => {
    const world = createWorld();
    for (const index of [7, 3, 11, 0, 9, 1, 5, 10, 2, 8, 4, 6]) {
      const name = `job-${String(index).padStart(2, '0')}`;
      const conditions = [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded' }];
      world.add('Job', raw(name, { metadata: { labels }, status: { conditions } }));
    }
    const { health } = fragmentOf(world).fields ?? {};
    const expected = Array.from({ length: 10 }, (_, index) => `job-0${index}`);
    expect(health?.evidence?.map(({ name }) => name)).toEqual(expected);
    expect(health?.more).toBe(2);
    expect(health?.message).toContain('job-00');
  });

  it('is of the same pod whichever came first', () => {
    const restarted = {
      ...readyPod,
      containerStatuses: [
        {
          name: 'app',
          ready: true,
          restartCount: 2,
          lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2026-11-24T09:55:00Z' } },
        },
      ],
    };
    for (const order of [
      ['a', 'b'],
      ['b', 'a'],
    ]) {
      const world = createWorld();
      world.run({ kind: 'StatefulSet', name: 'db', labels, spec: { replicas: 1 } });
      const metadata = ownedBy('apps/v1', 'StatefulSet', 'db');
      for (const name of order) world.add('Pod', raw(name, { metadata, status: restarted }));
      const { health } = fragmentOf(world).fields ?? {};
      expect(health).toMatchObject({ verdict: 'Healthy', reason: 'Restarting' });
      expect(health?.evidence?.map(({ name }) => name)).toEqual(['db', 'a']);
    }
  });
});
