import { createNamespaceMapping, type EntityResource } from '@portolan/crds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trimEntity, type TrimmedEntity } from '../entities/trimmed-entity.ts';
import { healthKind } from '../workloads/health/registry.ts';
import { trimNamespace } from '../workloads/trim.ts';
import { adoptableKinds, candidateOf, ownerHintsOf, serviceSelectorOf, type AdoptableKind } from './candidate.ts';
import { createListedStores } from './listed-stores.ts';
import { proposeComponents, type Adoption, type ComponentManifest } from './propose.ts';

const namespaces = createNamespaceMapping();
const nameKey = 'app.kubernetes.io/name';
const instanceKey = 'app.kubernetes.io/instance';
const idKey = 'backstage.io/kubernetes-id';
const componentKey = 'portolan.dev/component';

interface Run {
  kind?: AdoptableKind;
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  podLabels?: Record<string, string>;
  images?: string[];
  ports?: number[];
  controller?: string;
}

interface Has {
  kind?: EntityResource['kind'];
  name: string;
  namespace?: string;
  spec?: object;
  annotations?: Record<string, string>;
}

function rawOf({ kind = 'Deployment', name, namespace = 'shop', ...run }: Run): Record<string, unknown> {
  const { labels = {}, annotations = {}, podLabels = {}, images = ['registry.example/app:1'], ports = [] } = run;
  const template = {
    metadata: { labels: podLabels },
    spec: {
      containers: images.map((image) => ({
        image,
        ports: ports.map((containerPort) => ({ containerPort })),
        env: [{ name: 'PASSWORD', value: 'hunter2' }],
      })),
    },
  };
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'any', uid: run.controller, controller: true };
  return {
    metadata: {
      name,
      namespace,
      labels,
      annotations,
      uid: `${kind}-${namespace}-${name}`,
      ...(run.controller !== undefined && { ownerReferences: [owner] }),
    },
    spec: kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template },
  };
}

function entityOf({ kind = 'Component', name, namespace = 'shop', spec = {}, annotations = {} }: Has): TrimmedEntity {
  const metadata = { name, namespace, annotations, uid: `${kind}-${namespace}-${name}`, resourceVersion: '1' };
  const resource = { apiVersion: 'portolan.dev/v1alpha1', kind, metadata, spec } as unknown as EntityResource;
  return trimEntity(resource, namespaces);
}

interface Given {
  runs: readonly Run[];
  has?: readonly Has[];
  services?: readonly object[] | undefined;
  /** Labels of namespace shop. */
  namespaceLabels?: Record<string, string>;
  owner?: string;
}

function setUp({ runs, has = [], services = [], namespaceLabels = {}, owner }: Given) {
  const namespace = { metadata: { name: 'shop', labels: namespaceLabels } };
  const candidates = runs.map((run) => candidateOf(run.kind ?? 'Deployment', rawOf(run)));
  return {
    candidates,
    services: services.map(serviceSelectorOf).filter((each) => each !== undefined),
    namespaceHints: new Map([['shop', ownerHintsOf(namespace)]]),
    namespaces,
    owner,
    lifecycle: 'production',
    ...createListedStores({
      entities: has.map(entityOf),
      workloads: candidates.map((each) => each.workload),
      namespaces: [trimNamespace(namespace)],
    }),
  };
}

function propose(given: Given): Adoption {
  return proposeComponents({ ...setUp(given), owner: given.owner ?? 'team' });
}

/** `name: Kind/workload, …` of every proposal. */
function summary({ components }: Adoption): string[] {
  return components.map(
    ({ manifest, workloads }) =>
      `${manifest.metadata.name}: ${workloads.map(({ kind, name }) => `${kind}/${name}`).join(', ')}`,
  );
}

function only(adoption: Adoption): ComponentManifest {
  expect(adoption.components).toHaveLength(1);
  const [component] = adoption.components;
  if (component === undefined) throw new Error('nothing is proposed');
  return component.manifest;
}

describe('a workload is offered', () => {
  it('as a Component that links it by its label, without naming it', () => {
    const manifest = only(propose({ runs: [{ name: 'web-v3', labels: { [nameKey]: 'web' } }] }));
    expect(manifest).toEqual({
      apiVersion: 'portolan.dev/v1alpha1',
      kind: 'Component',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { type: 'worker', lifecycle: 'production', owner: 'team' },
    });
  });

  it('as a Component that names it in spec.workloads where no label says so', () => {
    const { spec } = only(propose({ runs: [{ name: 'web' }] }));
    expect(spec.workloads).toEqual([{ kind: 'Deployment', name: 'web' }]);
  });

  it('not when an entity claims it, in whatever tier', () => {
    const adoption = propose({
      runs: [
        { name: 'by-name', labels: { [nameKey]: 'web' } },
        { name: 'by-spec' },
        { name: 'by-id', labels: { [idKey]: 'web' } },
        { name: 'by-selector', labels: { app: 'x' } },
        { name: 'by-resource', labels: { [nameKey]: 'db' } },
      ],
      has: [
        {
          name: 'web',
          spec: { workloads: [{ kind: 'Deployment', name: 'by-spec' }] },
          annotations: { 'backstage.io/kubernetes-label-selector': 'app=x' },
        },
        { kind: 'Resource', name: 'db' },
      ],
    });
    expect([summary(adoption), adoption.claimed, adoption.refused]).toEqual([[], 5, 0]);
  });

  it('not when another workload controls it', () => {
    const adoption = propose({ runs: [{ name: 'web' }, { name: 'child', controller: 'Deployment-shop-web' }] });
    expect(summary(adoption)).toEqual(['web: Deployment/web']);
  });

  it('when what controls it is not watched, as with an operator’s own kind', () => {
    const adoption = propose({ runs: [{ kind: 'StatefulSet', name: 'prometheus', controller: 'somebody-else' }] });
    expect(summary(adoption)).toEqual(['prometheus: StatefulSet/prometheus']);
  });

  it('not when it names a Component of another namespace, and the note says what to do', () => {
    const adoption = propose({ runs: [{ name: 'web', annotations: { [componentKey]: 'other/web' } }] });
    expect([summary(adoption), adoption.refused]).toEqual([[], 1]);
    expect(adoption.notes).toEqual([
      expect.stringMatching(/Deployment shop\/web names Component other\/web.*create it/),
    ]);
  });
});

describe('workloads become one Component', () => {
  it.each<[string, Run[], string[]]>([
    [
      'of one app of one installation',
      [
        { name: 'redis-master', kind: 'StatefulSet', labels: { [nameKey]: 'redis', [instanceKey]: 'cache' } },
        { name: 'redis-backup', kind: 'CronJob', labels: { [nameKey]: 'redis', [instanceKey]: 'cache' } },
      ],
      ['redis: CronJob/redis-backup, StatefulSet/redis-master'],
    ],
    [
      'but not two apps of one release',
      [
        { name: 'shop-web', labels: { [nameKey]: 'web', [instanceKey]: 'shop' } },
        { name: 'shop-db', kind: 'StatefulSet', labels: { [nameKey]: 'postgresql', [instanceKey]: 'shop' } },
      ],
      ['postgresql: StatefulSet/shop-db', 'web: Deployment/shop-web'],
    ],
    [
      'and two installations of one app are two, called as Helm calls them',
      [
        { name: 'a-redis', labels: { [nameKey]: 'redis', [instanceKey]: 'a' } },
        { name: 'redis-b', labels: { [nameKey]: 'redis', [instanceKey]: 'redis-b' } },
      ],
      ['a-redis: Deployment/a-redis', 'redis-b: Deployment/redis-b'],
    ],
    [
      'of an installation that names no app',
      [
        { name: 'x', labels: { [instanceKey]: 'billing' } },
        { name: 'y', labels: { [instanceKey]: 'billing' } },
      ],
      ['billing: Deployment/x, Deployment/y'],
    ],
    [
      'that they name themselves, before any other label',
      [
        { name: 'x', labels: { [idKey]: 'shop', [nameKey]: 'a' } },
        { name: 'y', labels: { [componentKey]: 'shop', [nameKey]: 'b' } },
      ],
      ['shop: Deployment/x, Deployment/y'],
    ],
    ['and without labels each is alone', [{ name: 'a' }, { name: 'b' }], ['a: Deployment/a', 'b: Deployment/b']],
  ])('%s', (_what, runs, expected) => {
    expect(summary(propose({ runs }))).toEqual(expected);
  });
});

describe('the name', () => {
  it.each([
    ['Billing_Gateway', 'billing-gateway'],
    ['web.v2', 'web-v2'],
    ['x'.repeat(63), 'x'.repeat(63)],
  ])('of label %s is valid: %s', (label, name) => {
    expect(only(propose({ runs: [{ name: 'w', labels: { [nameKey]: label } }] })).metadata.name).toBe(name);
  });

  it('is never that of an entity that is there, and the note asks whether it is the same', () => {
    const adoption = propose({ runs: [{ name: 'web' }], has: [{ name: 'web' }] });
    expect(summary(adoption)).toEqual(['web-deployment: Deployment/web']);
    expect(adoption.notes).toEqual([
      expect.stringMatching(/Component shop\/web exists and does not claim it.*spec\.workloads/),
    ]);
  });

  it('is never one by which it would link what another entity has', () => {
    const adoption = propose({
      runs: [{ name: 'web' }, { name: 'claimed', labels: { [nameKey]: 'web' } }],
      has: [{ name: 'front', spec: { workloads: [{ kind: 'Deployment', name: 'claimed' }] } }],
    });
    expect(summary(adoption)).toEqual(['web-deployment: Deployment/web']);
  });
});

describe('spec.type is guessed', () => {
  const selector = { app: 'web' };
  const service = { metadata: { namespace: 'shop' }, spec: { selector } };
  it.each<[string, Run[], object[], string]>([
    ['service for what a Service reaches', [{ name: 'web', podLabels: { app: 'web', v: '1' } }], [service], 'service'],
    [
      'worker for what none reaches',
      [{ name: 'web', podLabels: { app: 'other' }, ports: [9090] }],
      [service],
      'worker',
    ],
    ['cronjob', [{ name: 'nightly', kind: 'CronJob' }], [], 'cronjob'],
    ['daemon', [{ name: 'agent', kind: 'DaemonSet', podLabels: selector }], [service], 'daemon'],
    [
      'database by its image',
      [{ name: 'db', images: ['localhost:5000/bitnami/postgresql:16@sha256:ab'] }],
      [],
      'database',
    ],
    ['worker for a program with a cache beside it', [{ name: 'app', images: ['me/app:1', 'redis:7'] }], [], 'worker'],
  ])('%s', (_what, runs, services, type) => {
    expect(only(propose({ runs, services })).spec.type).toBe(type);
  });

  it('by the declared ports where Services may not be read', () => {
    const given = setUp({ runs: [{ name: 'web', ports: [8080] }] });
    expect(only(proposeComponents({ ...given, services: undefined })).spec.type).toBe('service');
  });
});

describe('the owner', () => {
  const has: Has[] = [
    { kind: 'Group', name: 'team-a', namespace: 'org' },
    { kind: 'Group', name: 'team-b', namespace: 'shop' },
    { kind: 'Group', name: 'twice', namespace: 'org' },
    { kind: 'Group', name: 'twice', namespace: 'other' },
  ];
  it.each<[string, Partial<Given> & { run?: Partial<Run> }, string | undefined]>([
    ['a label team', { run: { labels: { team: 'team-a' } } }, 'group:org/team-a'],
    ['a label with a prefix', { run: { labels: { 'acme.example/Owner': 'team-a' } } }, 'group:org/team-a'],
    ['an annotation with a whole reference', { run: { annotations: { owner: 'group:org/twice' } } }, 'group:org/twice'],
    ['a Group beside it, by its name', { run: { labels: { team: 'team-b' } } }, 'team-b'],
    ['owner before team', { run: { labels: { team: 'team-a', owner: 'team-b' } } }, 'team-b'],
    ['the Namespace', { namespaceLabels: { team: 'team-a' } }, 'group:org/team-a'],
    [
      'the workload before its Namespace',
      { run: { labels: { team: 'team-b' } }, namespaceLabels: { team: 'team-a' } },
      'team-b',
    ],
    ['nobody: it is no Group', { run: { labels: { owner: 'jane' } } }, undefined],
    ['nobody: two Groups have the name', { run: { labels: { team: 'twice' } } }, undefined],
    ['nobody: a tool', { run: { labels: { 'app.kubernetes.io/managed-by': 'team-a' } } }, undefined],
    ['nobody: hostile text', { run: { annotations: { owner: 'a:b:c//\n' } } }, undefined],
    [
      'the given one where nothing else does',
      { owner: 'group:org/x', run: { labels: { owner: 'jane' } } },
      'group:org/x',
    ],
    ['a label before the given one', { owner: 'group:org/x', run: { labels: { team: 'team-a' } } }, 'group:org/team-a'],
  ])('is named by %s', (_what, { run, ...given }, owner) => {
    const setup = setUp({ runs: [{ name: 'web', ...run }], has, ...given });
    expect(only(proposeComponents({ ...setup, owner: given.owner })).spec.owner).toBe(owner);
  });

  it('is told to be unclear when the labels fit several Groups', () => {
    const { notes } = propose({ runs: [{ name: 'web', labels: { team: 'twice' } }], has });
    expect(notes).toEqual([
      'Deployment shop/web: its labels fit several Groups, group:org/twice and group:other/twice.',
    ]);
  });
});

describe('the System', () => {
  it('is part-of, where a System of that name is in the namespace', () => {
    const runs = [{ name: 'web', labels: { 'app.kubernetes.io/part-of': 'store' } }];
    expect(only(propose({ runs })).spec.system).toBeUndefined();
    expect(only(propose({ runs, has: [{ kind: 'System', name: 'store' }] })).spec.system).toBe('store');
  });
});

describe('more workloads than a Component can name', () => {
  it('become several Components', () => {
    const runs = Array.from({ length: 120 }, (_, index) => ({ name: `w${index}`, labels: { [instanceKey]: 'big' } }));
    const adoption = propose({ runs });
    expect(adoption.components.map((each) => each.workloads.length).toSorted((a, b) => a - b)).toEqual([20, 50, 50]);
    expect(adoption.refused).toBe(0);
  });
});

const words = ['a', 'b', 'web', 'Web_1', 'web-1', 'x'.repeat(63), '-', 'web-deployment', '2'] as const;
const word = fc.constantFrom(...words);
const objectName = fc.constantFrom('a', 'b', 'web', 'web-1', 'web-deployment', 'web.1', `${'n'.repeat(250)}`);
const labels = fc.dictionary(
  fc.constantFrom(nameKey, instanceKey, idKey, 'app', 'team', 'app.kubernetes.io/part-of', componentKey),
  word,
  { maxKeys: 4 },
);
const run = fc.record({
  kind: fc.constantFrom(...adoptableKinds),
  name: objectName,
  namespace: fc.constantFrom('shop', 'other'),
  labels,
  annotations: fc.dictionary(
    fc.constant(componentKey),
    fc.constantFrom('shop/a', 'other/web', 'b', 'gone/x', '/', 'a/b/c'),
  ),
});
const existing = fc.record({
  kind: fc.constantFrom('Component' as const, 'Resource' as const, 'Group' as const),
  name: fc.constantFrom('a', 'b', 'web', 'web-1', 'web-2'),
  namespace: fc.constantFrom('shop', 'other'),
  spec: fc.record({
    workloads: fc.array(fc.record({ kind: fc.constantFrom(...adoptableKinds), name: objectName }), { maxLength: 2 }),
  }),
  annotations: fc.dictionary(
    fc.constantFrom(idKey, 'backstage.io/kubernetes-label-selector'),
    fc.constantFrom('a', 'app=a', 'app', 'b'),
  ),
});
const key = ({ kind = 'Deployment', namespace = 'shop', name }: Run | Has): string => `${kind}/${namespace}/${name}`;
const byKey = { selector: (each: Run | Has) => key(each) };

describe('adopting, applying and linking again', () => {
  it('leaves nothing unclaimed that was not refused with a note, shares nothing and takes nothing from anybody', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(run, { ...byKey, maxLength: 8 }),
        fc.uniqueArray(existing, { ...byKey, maxLength: 4 }),
        (runs, has) => {
          const before = setUp({ runs, has });
          const adoption = proposeComponents({ ...before, owner: 'group:org/team' });
          const applied = adoption.components.map(({ manifest }): Has => ({
            ...manifest.metadata,
            spec: manifest.spec,
          }));
          expect(new Set([...has, ...applied].map(key)).size).toBe(has.length + applied.length);
          const after = setUp({ runs, has: [...has, ...applied] });
          let unclaimed = 0;
          for (const { workload } of after.candidates) {
            const claim = before.linker.entitiesOf(workload);
            const now = after.linker.entitiesOf(workload);
            if (claim !== undefined) {
              expect(now?.entities.map((each) => each.ref)).toEqual(claim.entities.map((each) => each.ref));
            } else if (now === undefined) unclaimed += 1;
            else expect(now.entities).toHaveLength(1);
          }
          // Less where the Component that a refused one names has come into being in its namespace.
          expect(unclaimed).toBeLessThanOrEqual(adoption.refused);
          expect(adoption.notes.length).toBeGreaterThanOrEqual(adoption.refused);
          const again = proposeComponents({ ...after, owner: 'group:org/team' });
          expect(again.components).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  }, 30_000);

  it('does not depend on the order in which things are listed, and shows nothing of the environment', () => {
    const gen = fc.uniqueArray(run, { ...byKey, maxLength: 8 });
    fc.assert(
      fc.property(gen, fc.uniqueArray(existing, { ...byKey, maxLength: 4 }), (runs, has) => {
        const one = propose({ runs, has });
        expect(propose({ runs: runs.toReversed(), has: has.toReversed() })).toEqual(one);
        expect(JSON.stringify(one)).not.toContain('hunter2');
      }),
      { numRuns: 150 },
    );
  }, 30_000);

  it('never fails, whatever an object lacks or pretends to be', () => {
    fc.assert(
      fc.property(fc.array(fc.anything(), { maxLength: 4 }), (raws) => {
        const candidates = raws.map((raw) => candidateOf('Deployment', raw));
        const stores = createListedStores({ entities: [], workloads: [], namespaces: [] });
        const options = { services: [], namespaceHints: new Map(), namespaces, owner: undefined, lifecycle: 'x' };
        expect(proposeComponents({ candidates, ...stores, ...options }).claimed).toBe(0);
      }),
    );
  });
});

it('trims as the operator does', () => {
  const raw = rawOf({ name: 'web', labels: { [nameKey]: 'web' } });
  expect(candidateOf('Deployment', raw).workload).toEqual(healthKind({ group: 'apps', kind: 'Deployment' }).trim(raw));
});
