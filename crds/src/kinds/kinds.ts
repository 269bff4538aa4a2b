export const apiGroup = 'portolan.dev';
export const apiVersion = 'portolan.dev/v1alpha1';

export type EntityKind = 'Component' | 'API' | 'Resource' | 'System' | 'Domain' | 'Group' | 'User';

/** What is fixed about a kind of entity, but for its schemas (`kindSchemas`), which take zod to load. */
export interface KindInfo {
  kind: EntityKind;
  plural: string;
  singular: string;
  shortName: string;
  /** What the kind is, as `kubectl explain` shows it. */
  description: string;
  /** Fields of `spec` of this kind; a test holds them against its schema. */
  specFields: readonly string[];
  columns: readonly Column[];
  /** JSON paths of fields that `kubectl get --field-selector` understands. */
  selectableFields: readonly string[];
}

/** A column of `kubectl get`. */
export interface Column {
  name: string;
  jsonPath: string;
  type?: 'string' | 'date';
  /** Shown with `-o wide` only. */
  wide?: true;
  description: string;
}

const type: Column = { name: 'Type', jsonPath: '.spec.type', description: 'What sort it is' };
const owner: Column = { name: 'Owner', jsonPath: '.spec.owner', description: 'Who answers for it' };
const system: Column = { name: 'System', jsonPath: '.spec.system', description: 'The System that it is part of' };
const health: Column = { name: 'Health', jsonPath: '.status.health.verdict', description: 'How its workloads are' };
const healthReason: Column = {
  name: 'Reason',
  jsonPath: '.status.health.reason',
  wide: true,
  description: 'Why the health is what it is',
};
const ready: Column = {
  name: 'Ready',
  jsonPath: '.status.conditions[?(@.type=="Ready")].status',
  description: 'Whether it is accepted and served',
};
const readyReason: Column = {
  name: 'Reason',
  jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
  wide: true,
  description: 'Why it is ready or not',
};
const lifecycle: Column = {
  name: 'Lifecycle',
  jsonPath: '.spec.lifecycle',
  wide: true,
  description: 'How far it is',
};
export const age: Column = {
  name: 'Age',
  jsonPath: '.metadata.creationTimestamp',
  type: 'date',
  description: 'Since when the object exists',
};
const display: Column = {
  name: 'Display',
  jsonPath: '.spec.profile.displayName',
  description: 'The name to show',
};

const commonSpecFields = ['entityName', 'title', 'description', 'tags', 'links', 'extensions', 'metadataExtensions'];

/** The kinds of the catalog, in the order in which the pages show them. */
export const kinds: readonly KindInfo[] = [
  {
    kind: 'Component',
    plural: 'components',
    singular: 'component',
    shortName: 'cmp',
    description:
      'Component is a piece of software: a service, a website, a library, with an owner and a place in a System.',
    specFields: [
      ...commonSpecFields,
      'type',
      'lifecycle',
      'owner',
      'system',
      'subcomponentOf',
      'providesApis',
      'consumesApis',
      'dependsOn',
      'dependencyOf',
      'workloads',
    ],
    columns: [type, owner, system, health, ready, age, lifecycle, healthReason],
    selectableFields: [
      '.spec.type',
      '.spec.lifecycle',
      '.status.ownerRef',
      '.status.systemRef',
      '.status.health.verdict',
    ],
  },
  {
    kind: 'API',
    plural: 'apis',
    singular: 'api',
    shortName: 'pap',
    description: 'API is an interface that Components provide and consume, with its definition.',
    specFields: [
      ...commonSpecFields,
      'type',
      'lifecycle',
      'owner',
      'system',
      'definition',
      'definitionFrom',
      'remotes',
    ],
    columns: [type, owner, system, ready, age, lifecycle, readyReason],
    selectableFields: ['.spec.type', '.spec.lifecycle', '.status.ownerRef', '.status.systemRef'],
  },
  {
    kind: 'Resource',
    plural: 'resources',
    singular: 'resource',
    shortName: 'prs',
    description: 'Resource is what Components need to run: a database, a bucket, a cluster.',
    specFields: [...commonSpecFields, 'type', 'owner', 'system', 'dependsOn', 'dependencyOf', 'workloads'],
    columns: [type, owner, system, health, ready, age, healthReason],
    selectableFields: ['.spec.type', '.status.ownerRef', '.status.systemRef', '.status.health.verdict'],
  },
  {
    kind: 'System',
    plural: 'systems',
    singular: 'system',
    shortName: 'psys',
    description: 'System is a set of Components, APIs and Resources that do one job together.',
    specFields: [...commonSpecFields, 'owner', 'domain', 'type'],
    columns: [
      type,
      owner,
      { name: 'Domain', jsonPath: '.spec.domain', description: 'The Domain that it belongs to' },
      ready,
      age,
      readyReason,
    ],
    selectableFields: ['.spec.type', '.status.ownerRef'],
  },
  {
    kind: 'Domain',
    plural: 'domains',
    singular: 'domain',
    shortName: 'pdom',
    description: 'Domain is an area of the business that Systems belong to.',
    specFields: [...commonSpecFields, 'owner', 'subdomainOf', 'type'],
    columns: [type, owner, ready, age, readyReason],
    selectableFields: ['.spec.type', '.status.ownerRef'],
  },
  {
    kind: 'Group',
    plural: 'groups',
    singular: 'group',
    shortName: 'pgrp',
    description: 'Group is a team or a larger unit of the organisation.',
    specFields: [...commonSpecFields, 'type', 'profile', 'parent', 'children', 'members'],
    columns: [
      display,
      { name: 'Parent', jsonPath: '.spec.parent', description: 'The Group above it' },
      ready,
      age,
      { ...type, wide: true },
      readyReason,
    ],
    selectableFields: ['.spec.type'],
  },
  {
    kind: 'User',
    plural: 'users',
    singular: 'user',
    shortName: 'pusr',
    description: 'User is a person.',
    specFields: [...commonSpecFields, 'profile', 'memberOf'],
    columns: [
      display,
      { name: 'Parent', jsonPath: '.spec.memberOf[0]', description: 'The first of the Groups that the person is in' },
      ready,
      age,
      readyReason,
    ],
    selectableFields: [],
  },
];

const byLowerCase = new Map(kinds.map((info) => [info.kind.toLowerCase(), info]));

/** What is known of a kind, in any case; `undefined` when it is none of ours. */
export function kindInfo(kind: string): KindInfo | undefined {
  return byLowerCase.get(kind.toLowerCase());
}
