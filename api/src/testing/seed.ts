/** A small company for tests, as the API server would hold it: seven kinds, two namespaces, some dangling refs. */
import { type Catalog, createCatalog } from '@portolan/catalog';
import type { EntityKind, EntityResource } from '@portolan/crds';

interface Seed {
  kind: EntityKind;
  name: string;
  namespace?: string;
  spec: object;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  created?: string;
}

/** Uids sort in the order of the seeds, so that a test can tell the order by uid from the others. */
export function uidOf(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

export function toResource(seed: Seed, index: number): EntityResource {
  const { kind, name, namespace = 'default', labels, annotations } = seed;
  return {
    apiVersion: 'portolan.dev/v1alpha1',
    kind,
    metadata: {
      name,
      namespace,
      uid: uidOf(index),
      resourceVersion: String(1_000 + index),
      generation: 1,
      creationTimestamp: seed.created ?? '2026-01-01T00:00:00Z',
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    },
    spec: seed.spec as EntityResource['spec'],
  };
}

export const seeds: readonly Seed[] = [
  { kind: 'Group', name: 'platform', spec: { type: 'team', children: [], profile: { displayName: 'Platform Crew' } } },
  { kind: 'Group', name: 'payments', spec: { type: 'team', parent: 'platform', children: [] } },
  {
    kind: 'User',
    name: 'ada',
    spec: { memberOf: ['platform'], profile: { displayName: 'Ada L.', email: 'ada@ex.am' } },
  },
  { kind: 'User', name: 'grace', spec: { memberOf: ['platform', 'payments'] } },
  { kind: 'Domain', name: 'commerce', spec: { owner: 'platform', title: 'Commerce' } },
  { kind: 'System', name: 'checkout', spec: { owner: 'payments', domain: 'commerce' } },
  {
    kind: 'Component',
    name: 'web',
    spec: {
      type: 'website',
      lifecycle: 'production',
      owner: 'platform',
      system: 'checkout',
      title: 'Zebra Shop',
      description: 'The 100% public shop_front',
      tags: ['java', 'public'],
      consumesApis: ['orders'],
    },
    labels: { tier: 'Gold', 2024: 'yes' },
    annotations: { 'backstage.io/orphan': 'true', note: 'x'.repeat(250) },
  },
  {
    kind: 'Component',
    name: 'orders',
    spec: {
      type: 'service',
      lifecycle: 'production',
      owner: 'payments',
      system: 'checkout',
      tags: ['go', 'Public'.toLowerCase()],
      providesApis: ['orders'],
      dependsOn: ['resource:orders-db', 'component:default/nowhere'],
    },
    labels: { tier: 'gold' },
  },
  {
    kind: 'Component',
    name: 'ledger',
    namespace: 'pay',
    spec: { type: 'service', lifecycle: 'experimental', owner: 'group:default/payments', title: 'Ledger' },
    labels: { tier: 'silver' },
  },
  {
    kind: 'Component',
    name: 'legacy-tool',
    spec: { type: 'library', lifecycle: 'deprecated', owner: 'ghosts', entityName: 'Legacy_Tool', title: 'aardvark' },
  },
  {
    kind: 'API',
    name: 'orders',
    spec: { type: 'openapi', lifecycle: 'production', owner: 'payments', system: 'checkout', definition: 'openapi: 3' },
  },
  { kind: 'API', name: 'ledger', namespace: 'pay', spec: { type: 'grpc', lifecycle: 'production', owner: 'payments' } },
  { kind: 'Resource', name: 'orders-db', spec: { type: 'database', owner: 'payments', system: 'checkout' } },
  { kind: 'Resource', name: 'bucket', namespace: 'pay', spec: { type: 's3-bucket', owner: 'group:default/platform' } },
];

/** A catalog with these resources applied. */
export function catalogOf(resources: Iterable<EntityResource>): Catalog {
  const catalog = createCatalog({});
  catalog.apply(Array.from(resources, (resource) => ({ type: 'upsert' as const, resource })));
  return catalog;
}

/** The company of {@link seeds}. */
export function seededCatalog(): Catalog {
  return catalogOf(seeds.map(toResource));
}

/** As many components as asked, with three types and four owners, for paging and batches. */
export function crowd(count: number): EntityResource[] {
  const types = ['service', 'website', 'library'];
  return Array.from({ length: count }, (_, index) =>
    toResource(
      {
        kind: 'Component',
        name: `component-${String(index).padStart(5, '0')}`,
        spec: {
          type: types[index % 3],
          lifecycle: 'production',
          owner: `team-${index % 4}`,
          // Every fifth has no title, and titles repeat: ties and missing values when ordered by title.
          ...(index % 5 !== 0 && { title: `Title ${index % 7}` }),
        },
      },
      index,
    ),
  );
}
