import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrimmedEntity } from '../entities/trimmed-entity.ts';
import { createWorld, home, type World } from '../testing/world.ts';
import { createWorkloadFragments } from './workload-fragment.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
const idKey = 'backstage.io/kubernetes-id';
const selectorKey = 'backstage.io/kubernetes-label-selector';
const namespaceKey = 'backstage.io/kubernetes-namespace';
const componentKey = 'portolan.dev/component';

function linked({ linker }: World, entity: TrimmedEntity): string[] {
  return linker
    .linksOf(entity)
    .links.map(
      ({ workload, tier, isShared }) =>
        `${tier} ${workload.metadata.namespace}/${workload.metadata.name}${isShared ? ' shared' : ''}`,
    );
}

describe('a workload is linked', () => {
  it('by an annotation of the entity: the id', () => {
    const world = createWorld();
    const web = world.put({ kind: 'Component', name: 'web', annotations: { [idKey]: 'shop' } });
    world.run({ name: 'front', labels: { [idKey]: 'shop' } });
    world.run({ name: 'other', labels: { [idKey]: 'else' } });
    expect(linked(world, web)).toEqual(['Annotation home/front']);
  });

  it('by an annotation of the entity: a label selector, before the id', () => {
    const world = createWorld();
    const annotations = { [idKey]: 'shop', [selectorKey]: 'app in (a, b),tier!=batch' };
    const web = world.put({ kind: 'Component', name: 'web', annotations });
    world.run({ name: 'a', labels: { app: 'a' } });
    world.run({ name: 'b', labels: { app: 'b', tier: 'batch' } });
    world.run({ name: 'c', labels: { [idKey]: 'shop' } });
    expect(linked(world, web)).toEqual(['Annotation home/a']);
  });

  it('by its own label or annotation that names the entity', () => {
    const world = createWorld();
    const web = world.put({ kind: 'Component', name: 'web' });
    world.run({ name: 'labelled', labels: { [componentKey]: 'web' } });
    world.run({ name: 'annotated', annotations: { [componentKey]: 'home/web' } });
    world.run({ name: 'backstage', labels: { [idKey]: 'web' } });
    expect(linked(world, web)).toEqual(['Label home/annotated', 'Label home/backstage', 'Label home/labelled']);
  });

  it('by spec.workloads, and by its name last', () => {
    const world = createWorld();
    const spec = { workloads: [{ kind: 'CronJob', name: 'nightly' }] };
    const web = world.put({ kind: 'Component', name: 'web', spec });
    world.run({ kind: 'CronJob', name: 'nightly' });
    world.run({ name: 'front', labels: { 'app.kubernetes.io/name': 'web' } });
    expect(linked(world, web)).toEqual(['Spec home/nightly', 'Name home/front']);
  });

  it('to the entities of the first tier that any of them reaches, and shared among those', () => {
    const world = createWorld();
    const byName = world.put({ kind: 'Component', name: 'front' });
    const spec = { workloads: [{ kind: 'Deployment', name: 'front' }] };
    const one = world.put({ kind: 'Component', name: 'one', spec });
    const two = world.put({ kind: 'Resource', name: 'two', spec });
    world.run({ name: 'front', labels: { 'app.kubernetes.io/name': 'front' } });
    expect([byName, one, two].map((entity) => linked(world, entity))).toEqual([
      [],
      ['Spec home/front shared'],
      ['Spec home/front shared'],
    ]);
  });
});

describe('a link across namespaces', () => {
  const spec = { workloads: [{ kind: 'Deployment', name: 'secret-thing', namespace: 'theirs' }] };

  it.each([
    ['spec.workloads', { spec }],
    ['a selector', { annotations: { [selectorKey]: 'app=x', [namespaceKey]: 'theirs' } }],
    ['an id', { annotations: { [idKey]: 'x', [namespaceKey]: 'theirs' } }],
  ])('asked for by %s is refused without consent, and not one byte of the workload is copied', (_by, asked) => {
    const world = createWorld();
    world.addNamespace('theirs');
    world.run({
      name: 'secret-thing',
      namespace: 'theirs',
      labels: { app: 'x', [idKey]: 'x' },
      spec: { replicas: 7, template: { spec: { containers: [{ image: 'secret.example/image:1' }] } } },
      status: { readyReplicas: 3 },
    });
    const web = world.put({ kind: 'Component', name: 'web', ...asked });
    const fragment = createWorkloadFragments(world)(web, now);
    expect(fragment.fields).toEqual({ workloads: null, health: null });
    expect(fragment.conditions).toEqual([
      expect.objectContaining({ type: 'WorkloadsLinked', status: 'False', reason: 'CrossNamespaceNotAllowed' }),
    ]);
    expect(JSON.stringify(fragment)).not.toMatch(/secret|7|\b3\b/);
  });

  it('says the same whether the workload exists or not', () => {
    const empty = createWorld();
    const full = createWorld();
    full.run({ name: 'secret-thing', namespace: 'theirs' });
    const [one, other] = [empty, full].map((world) =>
      createWorkloadFragments(world)(world.put({ kind: 'Component', name: 'web', spec }), now),
    );
    expect(one).toEqual(other);
  });

  it.each(['home', '*', 'a, home'])('is allowed by the Namespace that lets in %s', (allowed) => {
    const world = createWorld();
    world.addNamespace('theirs', allowed);
    world.run({ name: 'secret-thing', namespace: 'theirs' });
    expect(linked(world, world.put({ kind: 'Component', name: 'web', spec }))).toEqual(['Spec theirs/secret-thing']);
  });

  it('is allowed by the workload that names the entity, whatever its Namespace says', () => {
    const world = createWorld();
    world.run({ name: 'secret-thing', namespace: 'theirs', annotations: { [componentKey]: 'home/web' } });
    world.run({ name: 'other', namespace: 'theirs' });
    expect(linked(world, world.put({ kind: 'Component', name: 'web', spec }))).toEqual(['Label theirs/secret-thing']);
  });

  it("is not made by a label that only happens to carry the entity's name", () => {
    const world = createWorld();
    world.run({
      name: 'x',
      namespace: 'theirs',
      labels: { [componentKey]: 'web', 'app.kubernetes.io/name': 'web', [idKey]: 'web' },
    });
    expect(linked(world, world.put({ kind: 'Component', name: 'web' }))).toEqual([]);
  });
});

describe('the linker', () => {
  const namespace = fc.constantFrom(home, 'theirs');
  const name = fc.constantFrom('a', 'b', 'c');
  const entity = fc.record({
    kind: fc.constantFrom('Component' as const, 'Resource' as const),
    name,
    namespace,
    spec: fc.record(
      {
        workloads: fc.array(fc.record({ kind: fc.constantFrom('Deployment', 'CronJob'), name, namespace }), {
          maxLength: 2,
        }),
      },
      { requiredKeys: [] },
    ),
    annotations: fc.dictionary(
      fc.constantFrom(idKey, selectorKey, namespaceKey),
      fc.constantFrom('a', 'b', 'app=a', 'app', '!app', 'theirs', '('),
    ),
  });
  const workload = fc.record({
    kind: fc.constantFrom('Deployment' as const, 'CronJob' as const),
    name,
    namespace,
    labels: fc.dictionary(fc.constantFrom('app', idKey, componentKey, 'app.kubernetes.io/name'), name),
    annotations: fc.dictionary(fc.constant(componentKey), fc.constantFrom('home/a', 'theirs/b', 'c')),
  });
  const consent = fc.constantFrom(undefined, home, '*');

  it('never crosses a namespace without consent, and tells both sides the same', () => {
    fc.assert(
      fc.property(
        fc.array(entity, { maxLength: 6 }),
        fc.array(workload, { maxLength: 6 }),
        consent,
        (given, runs, allows) => {
          const world = createWorld();
          world.addNamespace('theirs', allows);
          const running = new Map(runs.map((each) => [`${each.kind}/${each.namespace}/${each.name}`, world.run(each)]));
          const stored = new Map(given.map((each) => [`${each.kind}/${each.namespace}/${each.name}`, world.put(each)]));
          for (const each of stored.values()) {
            for (const { workload: found, tier, isShared } of world.linker.linksOf(each).links) {
              const isHome = found.metadata.namespace === each.metadata.namespace;
              const names = found.link.names === `${each.metadata.namespace}/${each.metadata.name}`;
              const isLetIn = found.metadata.namespace === 'theirs' && allows !== undefined;
              expect(isHome || names || isLetIn).toBe(true);
              const other = world.linker.entitiesOf(found);
              expect(other?.tier).toBe(tier);
              expect(other?.entities).toContain(each);
              expect((other?.entities.length ?? 0) > 1).toBe(isShared);
            }
          }
          for (const found of running.values()) {
            for (const each of world.linker.entitiesOf(found)?.entities ?? []) {
              expect(world.linker.linksOf(each).links.map((link) => link.workload)).toContain(found);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
