import { apiVersion, type EntityKind } from '@portolan/crds';
import { createRandom, pick, pickSome } from './random.ts';

/** A custom resource as one would apply it. */
export interface SeedManifest {
  apiVersion: string;
  kind: EntityKind;
  metadata: { name: string; namespace: string; labels: Record<string, string>; annotations: Record<string, string> };
  spec: Record<string, unknown>;
}

/** The mix of the measured Backstage catalog: 60 % components, about 1.25 kB and 8 relation rows each. */
const shares: readonly (readonly [EntityKind, number])[] = [
  ['Group', 0.03],
  ['User', 0.03],
  ['Domain', 0.01],
  ['System', 0.08],
  ['Resource', 0.1],
  ['API', 0.15],
  ['Component', 0.6],
];
const words =
  'amber anchor atlas beacon birch canal cedar cobalt copper coral delta ember falcon fjord garnet harbor indigo jasper juniper kestrel lagoon linden maple marlin meadow nectar onyx orchid osprey pebble quartz raven saffron sierra tundra umber velvet willow zephyr'.split(
    ' ',
  );
const purposes = ['orders', 'billing', 'search', 'pricing', 'identity', 'shipping', 'ledger', 'catalog', 'alerts'];
export const componentTypes = ['service', 'website', 'library', 'worker'];
export const lifecycles = ['production', 'experimental', 'deprecated'];

/**
 * A seeded company of about `count` entities in one namespace, targets before their referrers, every ref resolvable.
 */
export function seedCompany(options: { count: number; seed: number; namespace: string }): SeedManifest[] {
  const { count, seed, namespace } = options;
  const random = createRandom(seed);
  const names: Record<EntityKind, string[]> = {
    Group: [],
    User: [],
    Domain: [],
    System: [],
    Resource: [],
    API: [],
    Component: [],
  };
  const manifests: SeedManifest[] = [];
  for (const [kind, share] of shares) {
    const total = Math.max(1, Math.round(count * share));
    for (let index = 0; index < total; index += 1) {
      const name = `${pick(random, words)}-${pick(random, purposes)}-${kind.toLowerCase()}-${index}`;
      manifests.push(manifestOf({ kind, name, namespace, names, random }));
      names[kind].push(name);
    }
  }
  return manifests;
}

function manifestOf(options: {
  kind: EntityKind;
  name: string;
  namespace: string;
  names: Record<EntityKind, string[]>;
  random: () => number;
}): SeedManifest {
  const { kind, name, namespace, names, random } = options;
  const tags = pickSome(random, words, 3);
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      labels: { 'example.com/tier': pick(random, ['gold', 'silver', 'bronze']) },
      annotations: {
        'github.com/project-slug': `example/${name}`,
        'backstage.io/techdocs-ref': 'dir:.',
        'backstage.io/source-location': `url:https://git.example.com/example/${name}/`,
      },
    },
    spec: {
      title: name.replaceAll('-', ' '),
      description: sentence(random),
      tags,
      links: [
        { url: `https://runbooks.example.com/${name}`, title: 'Runbook' },
        { url: `https://dashboards.example.com/${name}`, title: 'Dashboard', icon: 'dashboard' },
      ],
      ...ownFields({ kind, names, random }),
    },
  };
}

function ownFields(options: {
  kind: EntityKind;
  names: Record<EntityKind, string[]>;
  random: () => number;
}): Record<string, unknown> {
  const { kind, names, random } = options;
  const owner = names.Group.length > 0 ? pick(random, names.Group) : 'none';
  const some = (from: EntityKind, most: number): string[] => pickSome(random, names[from], Math.ceil(random() * most));
  switch (kind) {
    case 'Group':
      return {
        type: 'team',
        profile: { displayName: sentence(random).slice(0, 30), email: `${pick(random, words)}@example.com` },
        ...(names.Group.length > 0 && { parent: pick(random, names.Group) }),
        children: [],
      };
    case 'User':
      return { profile: { displayName: `${pick(random, words)} ${pick(random, words)}` }, memberOf: some('Group', 2) };
    case 'Domain':
      return { owner };
    case 'System':
      return { owner, domain: pick(random, names.Domain) };
    case 'Resource':
      return { type: pick(random, ['database', 'topic', 'bucket']), owner, system: pick(random, names.System) };
    case 'API':
      return {
        type: 'openapi',
        lifecycle: pick(random, lifecycles),
        owner,
        system: pick(random, names.System),
        definition: definition(random),
      };
    case 'Component':
      return {
        type: pick(random, componentTypes),
        lifecycle: pick(random, lifecycles),
        owner,
        system: pick(random, names.System),
        providesApis: some('API', 1),
        consumesApis: some('API', 2),
        dependsOn: some('Resource', 3).map((each) => `resource:${each}`),
      };
  }
}

function sentence(random: () => number): string {
  return Array.from({ length: 14 }, () => pick(random, words)).join(' ');
}

function definition(random: () => number): string {
  const paths = pickSome(random, words, 4).map((path) => `  /${path}:\n    get:\n      summary: List ${path}\n`);
  return `openapi: 3.1.0\ninfo:\n  title: ${pick(random, words)}\n  version: 1.0.0\npaths:\n${paths.join('')}`;
}
