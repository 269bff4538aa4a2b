import { apiVersion, kinds, objectNameOf, type EntityKind } from '@portolan/crds';
import type { Manifest } from '@portolan/crds/schemas';
import fc from 'fast-check';

/**
 * Objects as authors write them, generated without a look at the schemas: whole ones, and ones that are broken in one
 * place. Some of the breaks leave a valid object (an optional field goes away); what counts is that both judges agree.
 */

type Fields = Record<string, unknown>;

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const name = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('-'));
const prose = fc.oneof(
  fc.lorem({ maxCount: 8 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.constantFrom('Zahlungsverkehr — Überblick', '支払い', '🚀'.repeat(200), '~'.repeat(200)),
);
const bareRef = fc.oneof(
  name,
  fc.constantFrom('ada@example.com', 'Team_A', 'x'.repeat(253), '🚀'.repeat(253), 'a b'),
  fc.tuple(name, name).map((parts) => parts.join('/')),
  fc.tuple(word, name, name).map(([kind, namespace, last]) => `${kind}:${namespace}/${last}`),
);
const kindRef = fc
  .tuple(fc.constantFrom('component', 'Resource', 'API', 'cloud-account'), fc.option(name), name)
  .map(([kind, namespace, last]) => `${kind}:${namespace === null ? '' : `${namespace}/`}${last}`);
const refs = (ref: fc.Arbitrary<string>): fc.Arbitrary<string[]> => fc.uniqueArray(ref, { maxLength: 4 });
const tag = fc
  .array(fc.stringMatching(/^[a-z0-9:+#]{1,6}$/), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('-'));
const url = fc.constantFrom(
  'https://example.com/a?b=c#d',
  'mailto:team@example.com',
  'slack://channel?id=C1',
  'https://例え.jp/',
  `https://example.com/${'x'.repeat(2028)}`,
);
const link = fc.record(
  { url, title: prose.filter((text) => text !== ''), icon: word, type: word },
  { requiredKeys: ['url'] },
);
const free = fc.dictionary(
  word,
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(word), fc.dictionary(word, word)),
  {
    maxKeys: 4,
  },
);
const type = fc.constantFrom('service', 'website', 'openapi', 'a sort of my own', 't'.repeat(63));
const lifecycle = fc.constantFrom('production', 'experimental', 'deprecated');
const profile = fc.record(
  { displayName: name, email: fc.constant('ada@example.com'), picture: url },
  { requiredKeys: [] },
);
const workload = fc.record(
  {
    kind: fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'Rollout', 'K8sThing'),
    group: fc.constantFrom('apps', 'argoproj.io', 'a-b.example.com'),
    name,
    namespace: word,
  },
  { requiredKeys: ['kind', 'name'] },
);

const common = {
  title: name,
  description: prose,
  tags: refs(tag),
  links: fc.array(link, { maxLength: 3 }),
  extensions: free,
  metadataExtensions: free,
};
const definitionOf = fc.constantFrom<Fields>(
  { definition: 'openapi: 3.1.0' },
  { definitionFrom: { configMapKeyRef: { name: 'definitions', key: 'openapi.yaml' } } },
  { remotes: [{ type: 'sse', url: 'https://mcp.example.com/' }] },
  { definition: 'openapi: 3.1.0', definitionFrom: { configMapKeyRef: { name: 'a', key: 'b' } } },
  {},
);

const required: Record<EntityKind, Record<string, fc.Arbitrary<unknown>>> = {
  Component: { type, lifecycle, owner: bareRef },
  API: { type, lifecycle, owner: bareRef },
  Resource: { type, owner: bareRef },
  System: { owner: bareRef },
  Domain: { owner: bareRef },
  Group: { type },
  User: {},
};
const depends = {
  dependsOn: refs(kindRef),
  dependencyOf: refs(kindRef),
  workloads: fc.array(workload, { maxLength: 3 }),
};
const optional: Record<EntityKind, Record<string, fc.Arbitrary<unknown>>> = {
  Component: {
    system: bareRef,
    subcomponentOf: bareRef,
    providesApis: refs(bareRef),
    consumesApis: refs(bareRef),
    ...depends,
  },
  API: { system: bareRef },
  Resource: { system: bareRef, ...depends },
  System: { domain: bareRef, type },
  Domain: { subdomainOf: bareRef, type },
  Group: { profile, parent: bareRef, children: refs(bareRef), members: refs(bareRef) },
  User: { profile, memberOf: refs(bareRef) },
};

function fieldsOf(kind: EntityKind): Record<string, fc.Arbitrary<unknown>> {
  return { ...required[kind], ...optional[kind], ...common };
}

/** A name, with or without the spelling that Kubernetes forbids; now and then they do not belong together. */
const naming = fc.oneof(
  { weight: 5, arbitrary: name.map((objectName) => ({ objectName })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom('Billing_Gateway', 'Web.Shop', 'X', 'plain', 'A'.repeat(63)),
        fc.constantFrom('', '-0a1b2c', '-xyz', '-0a1b2c3d4e5f6a7b', '-0a1b2'),
      )
      .map(([entityName, suffix]) => ({ entityName, objectName: objectNameOf(entityName) + suffix })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { objectName: 'n'.repeat(63) },
      { objectName: 'n'.repeat(64) },
      { objectName: 'other', entityName: 'Billing' },
    ),
  },
);

const whole: fc.Arbitrary<Manifest & { spec: Fields }> = fc
  .constantFrom(...kinds.map((info) => info.kind))
  .chain((kind) =>
    fc
      .tuple(
        naming,
        fc.record(fieldsOf(kind), { requiredKeys: Object.keys(required[kind]) }),
        kind === 'API'
          ? fc.oneof({ weight: 4, arbitrary: fc.constant({ definition: 'type Query' }) }, definitionOf)
          : fc.constant({}),
      )
      .map(([{ objectName, ...rest }, fields, definition]) => ({
        apiVersion,
        kind,
        metadata: { name: objectName },
        spec: { ...fields, ...definition, ...rest } as Fields,
      })),
  );

/** What may be put where something else was. */
const wrong = fc.constantFrom<unknown>(
  null,
  '',
  0,
  12.5,
  true,
  [{}, [''], [null], { a: 1 }, ' ', 'x', 'x:', '/x', 'a:b:c', 'a/b/c', 'a:b/c/d', ':', 'UPPER', 'a--b', '-'],
  'no url',
  'javascript:alert(1)',
  'x'.repeat(64),
  'x'.repeat(201),
  'x'.repeat(254),
  '🚀'.repeat(254),
  'x'.repeat(8193),
  'line\nbreak',
  ['same', 'same'],
  Array.from({ length: 501 }, (_, index) => `item-${index}`),
  Array.from({ length: 51 }, () => ({ url: 'https://example.com/' })),
  Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`key${index}`, index])),
);

type Break = { at: number; how: 'remove' | 'unknown-field' | 'replace' | 'repeat'; value: unknown };
const breaking: fc.Arbitrary<Break> = fc.record({
  at: fc.nat(1_000),
  how: fc.constantFrom('remove', 'unknown-field', 'replace', 'replace', 'replace', 'repeat'),
  value: wrong,
});

/** One object in three is whole; the others are broken in one place of their spec. */
export const manifests: fc.Arbitrary<Manifest> = fc
  .tuple(whole, fc.option(breaking, { freq: 3 }))
  .map(([manifest, found]) => (found === null ? manifest : { ...manifest, spec: broken(manifest.spec, found) }));

function broken(spec: Fields, { at, how, value }: Break): unknown {
  const copy = structuredClone({ spec }) as Fields;
  const places = placesIn(copy['spec'], copy, 'spec');
  const place = places[at % places.length];
  if (place === undefined) return spec;
  const { parent, key } = place;
  const held = (parent as Fields)[key];
  if (how === 'repeat' && Array.isArray(held) && held.length > 0) held.push(held[0]);
  else if (how === 'unknown-field' && typeof held === 'object' && held !== null && !Array.isArray(held)) {
    (held as Fields)['somethingElse'] = value;
  } else if (how === 'remove' && !Array.isArray(parent) && parent !== copy) delete (parent as Fields)[key];
  else (parent as Fields)[key] = value;
  return copy['spec'];
}

/** Every place of a value, itself included, but for the inside of free-form fields. */
function placesIn(value: unknown, parent: object, key: string): { parent: object; key: string }[] {
  const own = { parent, key };
  if (typeof value !== 'object' || value === null || key === 'extensions' || key === 'metadataExtensions') return [own];
  return [own, ...Object.entries(value).flatMap(([name, each]) => placesIn(each, value, name))];
}
