import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorld, home, type World } from '../testing/world.ts';
import { createWorkloadFragments } from './workload-fragment.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
const byName = { 'app.kubernetes.io/name': 'web' };
const pod = { app: 'web', tier: 'front' };
const template = { metadata: { labels: pod }, spec: { containers: [{ name: 'app', image: 'app:1' }] } };

/** Component `web` with one healthy Deployment. */
function web(input: { template?: object; replicas?: number } = {}): World {
  const world = createWorld();
  world.put({ kind: 'Component', name: 'web' });
  world.run({ name: 'front', labels: byName, spec: { template, ...input } });
  return world;
}

function statusOf(world: World, key = `${home}/web`) {
  const entity = world.entities.store('Component').get(key);
  if (entity === undefined) throw new Error(`no Component ${key}`);
  return createWorkloadFragments(world)(entity, now).fields ?? {};
}

/** What supports the component, as `Kind name Verdict Reason`. */
function supporting(world: World, key?: string): string[] {
  return (statusOf(world, key).workloads?.items ?? [])
    .filter((item) => item.supporting === true)
    .map(({ kind, name, verdict, reason }) => `${kind} ${name} ${verdict} ${reason}`);
}

function service(name: string, selector: object, more: object = {}) {
  return { metadata: { name, namespace: home }, spec: { selector, ...more } };
}

function slice(name: string, serviceName: string, ready: readonly boolean[], namespace = home) {
  return {
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': serviceName } },
    endpoints: ready.map((each) => ({ conditions: { ready: each } })),
  };
}

function claim(name: string, phase: string, more: object = {}) {
  return { metadata: { name, namespace: home, creationTimestamp: '2026-11-24T09:00:00Z', ...more }, status: { phase } };
}

describe('a Service', () => {
  it('supports the workloads whose pods it selects, and no other', () => {
    const world = web();
    world.add('Service', service('all', { app: 'web' }));
    world.add('Service', service('both', pod));
    world.add('Service', service('more', { ...pod, version: '2' }));
    world.add('Service', service('none', {}));
    world.add('Service', service('elsewhere', { app: 'shop' }));
    for (const name of ['all', 'both']) world.add('EndpointSlice', slice(name, name, [true]));
    expect(supporting(world)).toEqual(['Service all Healthy Ready', 'Service both Healthy Ready']);
  });

  it('without a ready endpoint degrades the entity in part, with the way there', () => {
    const world = web();
    world.add('Service', service('front', { app: 'web' }));
    world.add('EndpointSlice', slice('front-1', 'front', [false, false]));
    const { health, workloads } = statusOf(world);
    expect(health).toMatchObject({ verdict: 'Degraded', reason: 'Partial' });
    expect(health?.message).toContain('none of 2 pods');
    expect(health?.evidence).toEqual([{ kind: 'Service', namespace: home, name: 'front', reason: 'NoReadyEndpoints' }]);
    expect(workloads).toMatchObject({ total: 1, desired: 1, ready: 1 });
    expect(supporting(world)).toEqual(['Service front Degraded NoReadyEndpoints']);
  });

  it('is not at fault while all that it leads to is scaled to zero, and is while a part is not', () => {
    const world = web({ replicas: 0 });
    world.add('Service', service('front', { app: 'web' }));
    expect(supporting(world)).toEqual(['Service front Suspended ScaledToZero']);
    world.run({ name: 'other', spec: { template } });
    expect(supporting(world)).toEqual(['Service front Degraded NoReadyEndpoints']);
  });

  it('that leads to the workloads of two entities supports both', () => {
    const world = web();
    world.put({ kind: 'Component', name: 'shop' });
    world.run({ name: 'shop', labels: { 'app.kubernetes.io/name': 'shop' }, spec: { template } });
    world.add('Service', service('front', { app: 'web' }));
    world.add('EndpointSlice', slice('front-1', 'front', [true]));
    for (const key of ['home/web', 'home/shop'])
      expect(supporting(world, key)).toEqual(['Service front Healthy Ready']);
  });

  it('whose EndpointSlices may not be read is a gap and takes nothing from what runs', () => {
    const world = web();
    world.add('Service', service('front', { app: 'web' }));
    world.setState('EndpointSlice', 'refused');
    expect(statusOf(world).health).toMatchObject({
      verdict: 'Healthy',
      gaps: [{ kind: 'Service', namespace: home, name: 'front', reason: 'Forbidden' }],
    });
  });
});

describe('an Ingress or a route', () => {
  const backend = (name: string) => ({ service: { name } });
  const ingress = {
    metadata: { name: 'public', namespace: home },
    spec: { rules: [{ http: { paths: [{ backend: backend('front') }, { backend: backend('gone') }] } }] },
    status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } },
  };

  it('supports what stands behind its Services, and says which of them does not exist', () => {
    const world = web();
    world.add('Ingress', ingress);
    expect(supporting(world)).toEqual([]);
    world.add('Service', service('front', { app: 'web' }));
    world.add('EndpointSlice', slice('front-1', 'front', [true]));
    expect(supporting(world)).toEqual(['Ingress public Degraded BackendMissing', 'Service front Healthy Ready']);
    world.add('Service', service('gone', { app: 'else' }));
    expect(supporting(world)).toContain('Ingress public Healthy Ready');
  });

  it('claims no missing Service where Services cannot be read', () => {
    const world = web();
    world.add('Service', service('front', { app: 'web' }));
    world.add('EndpointSlice', slice('front-1', 'front', [true]));
    world.add('Ingress', ingress);
    world.setState('Service', 'failing');
    expect(supporting(world)).toContain('Ingress public Healthy Ready');
  });

  it('leads to Services of its own namespace only', () => {
    const world = web();
    world.add('Service', service('front', { app: 'web' }));
    world.add('EndpointSlice', slice('front-1', 'front', [true]));
    const route = (name: string, ref: object) => ({
      metadata: { name, namespace: home },
      spec: { rules: [{ backendRefs: [ref] }] },
      status: { parents: [{ parentRef: { name: 'gate' }, conditions: [{ type: 'Accepted', status: 'True' }] }] },
    });
    world.add('HTTPRoute', route('here', { name: 'front' }));
    world.add('HTTPRoute', route('there', { name: 'front', namespace: 'theirs' }));
    world.add('HTTPRoute', route('bucket', { name: 'front', kind: 'Bucket', group: 'storage.example.com' }));
    expect(supporting(world).filter((each) => each.startsWith('HTTPRoute'))).toEqual([
      'HTTPRoute here Healthy Accepted',
    ]);
  });
});

describe('a HorizontalPodAutoscaler', () => {
  const autoscaler = (target: object) => ({
    metadata: { name: 'front', namespace: home },
    spec: { scaleTargetRef: target, maxReplicas: 3 },
    status: {
      conditions: [
        { type: 'AbleToScale', status: 'True' },
        {
          type: 'ScalingActive',
          status: 'False',
          reason: 'FailedGetResourceMetric',
          lastTransitionTime: '2026-11-24T09:00:00Z',
        },
      ],
    },
  });

  it('supports what it scales, by kind and group', () => {
    const world = web();
    world.add('HorizontalPodAutoscaler', autoscaler({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'front' }));
    expect(supporting(world)).toEqual(['HorizontalPodAutoscaler front Degraded FailedGetResourceMetric']);
    world.add('HorizontalPodAutoscaler', autoscaler({ apiVersion: 'x.example/v1', kind: 'Deployment', name: 'front' }));
    expect(supporting(world)).toEqual([]);
  });
});

describe('a PersistentVolumeClaim', () => {
  it('supports the workload whose template mounts it', () => {
    const volumes = [{ persistentVolumeClaim: { claimName: 'data' } }];
    const world = web({ template: { ...template, spec: { volumes } } });
    world.add('PersistentVolumeClaim', claim('data', 'Lost'));
    world.add('PersistentVolumeClaim', claim('other', 'Lost'));
    expect(supporting(world)).toEqual(['PersistentVolumeClaim data Degraded ClaimLost']);
  });

  it('of a StatefulSet supports it while there should be a pod of its number', () => {
    const world = createWorld();
    world.put({ kind: 'Component', name: 'web' });
    const spec = { replicas: 2, ordinals: { start: 1 }, volumeClaimTemplates: [{ metadata: { name: 'data' } }] };
    world.run({ kind: 'StatefulSet', name: 'db', labels: byName, spec });
    for (const name of ['data-db-0', 'data-db-1', 'data-db-2', 'data-db-3', 'data-db-x', 'data-other-1']) {
      world.add('PersistentVolumeClaim', claim(name, 'Bound'));
    }
    expect(supporting(world)).toEqual([
      'PersistentVolumeClaim data-db-1 Healthy Bound',
      'PersistentVolumeClaim data-db-2 Healthy Bound',
    ]);
  });

  it('that a pod makes for itself supports what the pod belongs to', () => {
    const world = web();
    const owner = (apiVersion: string, kind: string, name: string, uid: string) => ({
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true }],
    });
    const front = owner('apps/v1', 'Deployment', 'front', 'Deployment-home-front');
    world.add('ReplicaSet', { metadata: { name: 'front-1', namespace: home, ...front } });
    const set = owner('apps/v1', 'ReplicaSet', 'front-1', 'ReplicaSet-home-front-1');
    world.add('Pod', { metadata: { name: 'front-1-a', namespace: home, ...set }, status: { phase: 'Running' } });
    world.add(
      'PersistentVolumeClaim',
      claim('front-1-a-scratch', 'Bound', owner('v1', 'Pod', 'front-1-a', 'Pod-home-front-1-a')),
    );
    expect(supporting(world)).toEqual(['PersistentVolumeClaim front-1-a-scratch Healthy Bound']);
  });

  it('that waits is judged by its StorageClass, and a gap where that cannot be read', () => {
    const volumes = [{ persistentVolumeClaim: { claimName: 'data' } }];
    const world = web({ template: { ...template, spec: { volumes } } });
    world.add('PersistentVolumeClaim', { ...claim('data', 'Pending'), spec: { storageClassName: 'fast' } });
    world.add('StorageClass', { metadata: { name: 'fast' }, volumeBindingMode: 'WaitForFirstConsumer' });
    expect(supporting(world)).toEqual(['PersistentVolumeClaim data Suspended WaitForFirstConsumer']);
    world.setState('StorageClass', 'refused');
    expect(statusOf(world).health).toMatchObject({ gaps: [{ kind: 'PersistentVolumeClaim', reason: 'Forbidden' }] });
  });
});

describe('a PodDisruptionBudget', () => {
  const budget = (name: string, selector: unknown) => ({
    metadata: { name, namespace: home },
    spec: { selector },
    status: { currentHealthy: 0, desiredHealthy: 1, disruptionsAllowed: 0, expectedPods: 1 },
  });

  it.each([
    ['labels', { matchLabels: { app: 'web' } }, true],
    ['an expression', { matchExpressions: [{ key: 'tier', operator: 'In', values: ['front', 'back'] }] }, true],
    ['an absence', { matchExpressions: [{ key: 'batch', operator: 'DoesNotExist' }] }, true],
    ['everything', {}, true],
    ['other labels', { matchLabels: { app: 'shop' } }, false],
    [
      'a value that it must not have',
      { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] },
      false,
    ],
    ['what nobody understands', { matchExpressions: [{ key: 'app', operator: 'Like' }] }, false],
    ['nothing', null, false],
  ])('that selects by %s supports the workload: %#', (_by, selector, supports) => {
    const world = web();
    world.add('PodDisruptionBudget', budget('front', selector));
    expect(supporting(world)).toEqual(supports ? ['PodDisruptionBudget front Degraded InsufficientPods'] : []);
  });
});

describe('what supports', () => {
  it('in a namespace that did not consent is not told of, although the workload there names the entity', () => {
    const world = createWorld();
    world.put({ kind: 'Component', name: 'web' });
    const annotations = { 'portolan.dev/component': 'home/web' };
    world.run({ name: 'front', namespace: 'theirs', annotations, spec: { template } });
    world.add('Service', { metadata: { name: 'hidden', namespace: 'theirs' }, spec: { selector: pod } });
    expect(statusOf(world).workloads).toMatchObject({ total: 1 });
    expect(JSON.stringify(statusOf(world))).not.toContain('hidden');
    world.addNamespace('theirs', 'home');
    expect(supporting(world)).toEqual(['Service hidden Degraded NoReadyEndpoints']);
  });

  it('comes after what runs, the worst first, at most 20 items together', () => {
    const world = web();
    for (let index = 0; index < 25; index += 1) {
      const name = `s${String(index).padStart(2, '0')}`;
      world.add('Service', service(name, { app: 'web' }));
      world.add('EndpointSlice', slice(name, name, [index !== 24]));
    }
    const { workloads, health } = statusOf(world);
    const names = workloads?.items?.map(({ name }) => name);
    expect([names?.length, workloads?.more]).toEqual([20, 6]);
    expect(names?.slice(0, 3)).toEqual(['front', 's24', 's00']);
    expect(health?.evidence).toHaveLength(1);
  });

  it('of a kind that may not be read is a gap of the whole kind', () => {
    const world = web();
    world.setState('Ingress', 'refused');
    world.setState('PodDisruptionBudget', 'absent');
    expect(statusOf(world).health).toMatchObject({
      verdict: 'Healthy',
      gaps: [{ kind: 'Ingress', namespace: home, reason: 'Forbidden' }],
    });
  });

  it('never lets one byte of a namespace into an entity of another that it did not let in', () => {
    const secret = 'hunter2';
    const app = fc.constantFrom('a', 'b');
    const consent = fc.constantFrom(undefined, '', 'elsewhere');
    const theirs = fc.record({
      kind: fc.constantFrom(
        'Service',
        'Ingress',
        'HTTPRoute',
        'HorizontalPodAutoscaler',
        'PodDisruptionBudget',
        'PersistentVolumeClaim',
      ),
      app,
    });
    const asked = fc.record(
      {
        annotations: fc.dictionary(
          fc.constantFrom('backstage.io/kubernetes-label-selector', 'backstage.io/kubernetes-namespace'),
          fc.constantFrom('app=a', '!x', 'theirs'),
        ),
        spec: fc.record({ workloads: fc.constant([{ kind: 'Deployment', name: secret, namespace: 'theirs' }]) }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.record({
          given: asked,
          allows: consent,
          objects: fc.array(theirs, { maxLength: 6 }),
          mine: app,
          isOwn: fc.boolean(),
        }),
        ({ given, allows, objects, mine, isOwn }) => {
          const world = createWorld();
          world.addNamespace('theirs', allows);
          const volumes = [{ persistentVolumeClaim: { claimName: secret } }];
          const run = {
            name: secret,
            labels: { app: mine },
            spec: { template: { ...template, metadata: { labels: { app: mine } }, spec: { volumes } } },
          };
          world.run({ ...run, namespace: 'theirs' });
          if (isOwn) world.run({ ...run, name: 'mine', labels: { ...byName, app: mine } });
          for (const { kind, app: selected } of objects) {
            world.add(kind, {
              metadata: { name: secret, namespace: 'theirs' },
              spec: {
                selector: kind === 'Service' ? { app: selected } : { matchLabels: { app: selected } },
                scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: isOwn ? 'mine' : secret },
                rules: [
                  {
                    http: { paths: [{ backend: { service: { name: secret } } }] },
                    backendRefs: [{ name: secret, namespace: home }],
                  },
                ],
              },
              status: { phase: 'Lost' },
            });
          }
          const entity = world.put({ kind: 'Component', name: 'web', ...given });
          const { fields } = createWorkloadFragments(world)(entity, now);
          expect(JSON.stringify(fields)).not.toContain(secret);
          expect(fields?.workloads?.items?.every(({ namespace }) => namespace === home) ?? true).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
