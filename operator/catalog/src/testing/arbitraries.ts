import { relationRules, type EntityKind, type EntityResource, type EntityStatus } from '@portolan/crds';
import fc from 'fast-check';
import type { CatalogChange, FilterExpression, OrderField } from '../model.ts';

/** Few names, so that refs meet, conflict and dangle; `Web` has another spelling of its own. */
const names = ['web', 'api', 'team', 'x'];
const namespaces = ['default', 'pay', 'platform'];
const kinds: readonly EntityKind[] = ['Component', 'API', 'Resource', 'System', 'Domain', 'Group', 'User'];
/** Texts whose case, length, code points or meaning to JavaScript are special. */
const words = [
  'a',
  'A',
  'b',
  'Straße',
  'İ',
  '__proto__',
  'constructor',
  '',
  ' a ',
  '\u{1f600}',
  '\uffee',
  'x'.repeat(201),
];

const word = fc.constantFrom(...words);
const name = fc.constantFrom(...names);
const ref = fc.oneof(
  name,
  fc.tuple(fc.constantFrom(...namespaces), name).map(([namespace, each]) => `${namespace}/${each}`),
  fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...namespaces), name).map(([kind, namespace, each]) => {
    return `${kind}:${namespace}/${each}`;
  }),
  fc.constantFrom('not: a: ref', `group:default/${'y'.repeat(220)}`),
);
const leaf = fc.oneof(word, fc.boolean(), fc.integer({ min: 0, max: 3 }), fc.constant(null));
const tree = fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(word, leaf, { maxKeys: 2 }));
/** No key that belongs to a declared field, and none that JavaScript treats specially. */
const extensions = fc.dictionary(fc.constantFrom('Custom', 'custom', 'more', '', 'k'.repeat(201)), tree, {
  maxKeys: 3,
});

const specFields = fc.record(
  {
    title: word,
    description: word,
    tags: fc.uniqueArray(word, { maxLength: 3 }),
    links: fc.array(fc.record({ url: word }), { maxLength: 1 }),
    type: word,
    lifecycle: word,
    extensions,
    metadataExtensions: extensions,
  },
  { requiredKeys: [] },
);

/** Every field with a ref that a kind has. */
function refsOf(kind: EntityKind): fc.Arbitrary<object> {
  const fields = relationRules.filter((rule) => rule.kinds.includes(kind)).map(({ field }) => field);
  const lists = ['providesApis', 'consumesApis', 'dependsOn', 'dependencyOf', 'memberOf', 'children', 'members'];
  return fc.record(
    Object.fromEntries(fields.map((field) => [field, lists.includes(field) ? fc.array(ref, { maxLength: 3 }) : ref])),
    { requiredKeys: [] },
  );
}

export const uids = Array.from({ length: 8 }, (_, index) => `u${index}`);
export const uid = fc.constantFrom(...uids);

export const resource: fc.Arbitrary<EntityResource> = fc
  .constantFrom<EntityKind>('Component', 'Component', 'Component', 'Group', 'Group', ...kinds)
  .chain((kind) =>
    fc
      .record({
        uid,
        name,
        isSpelledOut: fc.boolean(),
        namespace: fc.constantFrom(...namespaces),
        created: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', undefined),
        version: fc.integer({ min: 1, max: 3 }),
        labels: fc.option(fc.dictionary(word, word, { maxKeys: 2 }), { nil: undefined }),
        annotations: fc.option(
          fc.dictionary(fc.constantFrom('note', 'kubectl.kubernetes.io/last-applied-configuration'), word),
          { nil: undefined },
        ),
        fields: specFields,
        refs: refsOf(kind),
        verdict: fc.constantFrom('Healthy', 'Degraded', undefined),
      })
      .map((seed) => ({
        apiVersion: 'portolan.dev/v1alpha1',
        kind,
        metadata: {
          name: seed.name,
          namespace: seed.namespace,
          uid: seed.uid,
          resourceVersion: String(seed.version),
          ...(seed.created !== undefined && { creationTimestamp: seed.created }),
          ...(seed.labels !== undefined && { labels: seed.labels }),
          ...(seed.annotations !== undefined && { annotations: seed.annotations }),
        },
        spec: {
          ...seed.fields,
          ...seed.refs,
          ...(seed.isSpelledOut && { entityName: seed.name.toUpperCase() }),
        } as EntityResource['spec'],
        ...(seed.verdict !== undefined && {
          status: { conditions: [], health: { verdict: seed.verdict } } as unknown as NonNullable<
            EntityResource['status']
          >,
        }),
      })),
  );

/** As much of a status as queries see. */
const status = fc.constantFrom('Healthy', 'Unknown').map((verdict) => ({
  health: { verdict, reason: 'Stale', message: '', since: '2026-01-01T00:00:00Z' },
})) as fc.Arbitrary<EntityStatus>;

export type Step = CatalogChange;

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: resource.map((each): Step => ({ type: 'upsert', resource: each })) },
  { weight: 1, arbitrary: uid.map((each): Step => ({ type: 'delete', uid: each })) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restate' as const), uid, status }) },
);

const relationTypes = [...new Set(relationRules.flatMap(({ relation, reverse }) => [relation, reverse]))];

export const path = fc.oneof(
  fc.constantFrom('kind', 'metadata.name', 'metadata.title', 'spec.type', 'metadata.tags', 'metadata.uid'),
  fc.constantFrom('KIND', 'Spec.Owner', 'metadata.namespace', 'metadata.etag', 'status.portolan', 'apiVersion'),
  fc.constantFrom('metadata.labels', 'metadata.annotations.note', 'spec.custom', 'metadata.more', 'spec.dependsOn'),
  fc.constantFrom('status.portolan.health.verdict', '__proto__', 'constructor', '', 'relations', 'spec.links.url'),
  fc.constantFrom('status.portolan.rollup.verdict', 'Status.Portolan.Rollup.Verdict', 'status.portolan.rollup.total'),
  word.map((each) => `metadata.tags.${each}`),
  word.map((each) => `metadata.labels.${each}`),
  fc.constantFrom(...relationTypes).map((type) => `relations.${type}`),
);

const canonicalRef = fc
  .tuple(fc.constantFrom(...kinds), fc.constantFrom('default', 'pay'), name)
  .map(([kind, namespace, each]) => `${kind}:${namespace}/${each}`);
const value = fc.oneof(
  word,
  name,
  canonicalRef,
  fc.constantFrom(
    'true',
    'component',
    'Group',
    'pay',
    'healthy',
    'Degraded',
    'unknown',
    `group:default/${'y'.repeat(220)}`,
  ),
);

export const filter: fc.Arbitrary<FilterExpression> = fc.letrec<{ node: FilterExpression }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    path.map((key) => ({ key })),
    fc.record({ key: path, values: fc.array(value, { maxLength: 3 }) }),
    fc.record({ key: path, prefix: fc.oneof(word, fc.constantFrom('co', 'group:', 'W')) }),
    fc
      .record(
        { type: fc.constantFrom(...relationTypes, 'OWNEDBY', 'x'), targetRefs: fc.array(value, { maxLength: 2 }) },
        { requiredKeys: [] },
      )
      .map((relation) => ({ relation })),
    fc.array(tie('node'), { maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('node'), { maxLength: 3 }).map((any) => ({ any })),
    tie('node').map((not) => ({ not })),
  ),
})).node;

export const order: fc.Arbitrary<OrderField[]> = fc.array(
  fc.record({ field: path, direction: fc.constantFrom('asc' as const, 'desc' as const) }),
  { maxLength: 3 },
);

export const fullText = fc.record({
  term: fc.oneof(word, fc.constantFrom('e', 'group', ' WE ', '%', '_')),
  fields: fc.array(path, { maxLength: 3 }),
});

/** Who sees whom; undefined is everybody. */
export const visibleUids = fc.option(fc.subarray(uids), { nil: undefined });
