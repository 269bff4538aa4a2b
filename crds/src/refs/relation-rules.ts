import type { EntityKind } from '../kinds/kinds.ts';

/** What a field of a spec says about two entities. */
export interface RelationRule {
  kinds: readonly EntityKind[];
  /** Name of the field in `spec`; its value is a ref or a list of refs. */
  field: string;
  /** Kind of a ref that names none; absent when it must name one. */
  defaultKind?: EntityKind;
  /** Type of the relation on the entity that has the field. */
  relation: string;
  /** Type of the relation on the entity that it names. */
  reverse: string;
}

/** Backstage's rules, in its order (reference: catalog-model's built-in processors). */
export const relationRules: readonly RelationRule[] = [
  {
    kinds: ['Component', 'API', 'Resource', 'System', 'Domain'],
    field: 'owner',
    defaultKind: 'Group',
    relation: 'ownedBy',
    reverse: 'ownerOf',
  },
  {
    kinds: ['Component', 'API', 'Resource'],
    field: 'system',
    defaultKind: 'System',
    relation: 'partOf',
    reverse: 'hasPart',
  },
  {
    kinds: ['Component'],
    field: 'subcomponentOf',
    defaultKind: 'Component',
    relation: 'partOf',
    reverse: 'hasPart',
  },
  { kinds: ['System'], field: 'domain', defaultKind: 'Domain', relation: 'partOf', reverse: 'hasPart' },
  { kinds: ['Domain'], field: 'subdomainOf', defaultKind: 'Domain', relation: 'partOf', reverse: 'hasPart' },
  {
    kinds: ['Component'],
    field: 'providesApis',
    defaultKind: 'API',
    relation: 'providesApi',
    reverse: 'apiProvidedBy',
  },
  {
    kinds: ['Component'],
    field: 'consumesApis',
    defaultKind: 'API',
    relation: 'consumesApi',
    reverse: 'apiConsumedBy',
  },
  { kinds: ['Component', 'Resource'], field: 'dependsOn', relation: 'dependsOn', reverse: 'dependencyOf' },
  { kinds: ['Component', 'Resource'], field: 'dependencyOf', relation: 'dependencyOf', reverse: 'dependsOn' },
  { kinds: ['Group'], field: 'parent', defaultKind: 'Group', relation: 'childOf', reverse: 'parentOf' },
  { kinds: ['Group'], field: 'children', defaultKind: 'Group', relation: 'parentOf', reverse: 'childOf' },
  { kinds: ['Group'], field: 'members', defaultKind: 'User', relation: 'hasMember', reverse: 'memberOf' },
  { kinds: ['User'], field: 'memberOf', defaultKind: 'Group', relation: 'memberOf', reverse: 'hasMember' },
];

/** The rules of one kind. */
export const rulesByKind: ReadonlyMap<EntityKind, readonly RelationRule[]> = Map.groupBy(
  relationRules.flatMap((rule) => rule.kinds.map((kind) => ({ ...rule, kind }))),
  ({ kind }) => kind,
);
