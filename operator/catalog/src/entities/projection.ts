import {
  declaredRefs,
  entityName,
  entityRef,
  reservedExtensionKeys,
  type EntityResource,
  type NamespaceMapping,
} from '@portolan/crds';
import type { CatalogEntity } from '../model.ts';
import { compareCodePoints } from '../query/code-points.ts';

/** What every entity of Backstage's built-in kinds says. */
const backstageVersion = 'backstage.io/v1alpha1';

/** Holds a copy of the whole object, written by client-side apply. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Lists that Backstage sorts when it takes an entity in (reference/backstage.md §1.1). */
const sortedLists: ReadonlySet<string> = new Set([
  'providesApis',
  'consumesApis',
  'dependsOn',
  'dependencyOf',
  'memberOf',
  'children',
  'members',
]);

/** Fields of our spec that Backstage holds in metadata, and those whose content is merged. */
const heldElsewhere: ReadonlySet<string> = new Set([
  'entityName',
  'title',
  'description',
  'tags',
  'links',
  'extensions',
  'metadataExtensions',
]);

/** A relation that an entity declares: `relation` is its type here, `reverse` its type on the target. */
export interface Declaration {
  relation: string;
  reverse: string;
  target: string;
}

/** A custom resource in the form that the catalog takes in. */
export interface Projection {
  ref: string;
  /** Without relations, which depend on other entities too. */
  entity: Omit<CatalogEntity, 'relations'>;
  /** Each relation once. */
  declarations: readonly Declaration[];
}

/** Turns a custom resource into Backstage's shape. */
export function projectEntity(resource: EntityResource, namespaces: NamespaceMapping): Projection {
  const { kind, spec, status } = resource;
  return {
    ref: entityRef(resource, namespaces),
    entity: {
      apiVersion: backstageVersion,
      kind,
      metadata: metadataOf(resource, namespaces),
      spec: specOf(spec, extensionsOf(resource, 'extensions')),
      status: { portolan: status ?? {} },
    },
    declarations: declarationsOf(resource, namespaces),
  };
}

function metadataOf(resource: EntityResource, namespaces: NamespaceMapping): CatalogEntity['metadata'] {
  const { metadata, spec } = resource;
  const { title, description, tags, links } = spec;
  const annotations = withoutLastApplied(metadata.annotations);
  const declared: CatalogEntity['metadata'] = {
    namespace: namespaces.toCatalog(metadata.namespace),
    name: entityName(resource),
    uid: metadata.uid,
    etag: `${metadata.uid}-${metadata.resourceVersion}`,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(metadata.labels !== undefined && { labels: metadata.labels }),
    ...(annotations !== undefined && { annotations }),
    ...(tags !== undefined && { tags: [...tags] }),
    ...(links !== undefined && { links: links.map(linkOf) }),
  };
  return Object.assign(declared, extensionsOf(resource, 'metadataExtensions'));
}

type Link = NonNullable<CatalogEntity['metadata']['links']>[number];

function linkOf({ url, title, icon, type }: NonNullable<EntityResource['spec']['links']>[number]): Link {
  return {
    url,
    ...(title !== undefined && { title }),
    ...(icon !== undefined && { icon }),
    ...(type !== undefined && { type }),
  };
}

function withoutLastApplied(annotations: Record<string, string> | undefined): Record<string, string> | undefined {
  if (annotations === undefined || !Object.hasOwn(annotations, lastApplied)) {
    return annotations;
  }
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== lastApplied));
}

/** What travels in a free-form field, without the keys that belong to declared fields. */
function extensionsOf(
  resource: EntityResource,
  field: 'extensions' | 'metadataExtensions',
): Readonly<Record<string, unknown>> {
  const extensions = resource.spec[field];
  if (extensions === undefined) {
    return {};
  }
  const reserved = new Set(reservedExtensionKeys(resource));
  return Object.fromEntries(Object.entries(extensions).filter(([key]) => !reserved.has(`spec.${field}.${key}`)));
}

function specOf(spec: EntityResource['spec'], extended: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const declared = Object.entries(spec).filter(([key]) => !heldElsewhere.has(key));
  return Object.fromEntries([
    ...Object.entries(extended),
    ...declared.map(([key, value]): [string, unknown] => [key, sortedLists.has(key) ? sorted(value) : value]),
  ]);
}

function sorted(list: unknown): unknown {
  return Array.isArray(list) ? list.map(String).sort(compareCodePoints) : list;
}

function declarationsOf(resource: EntityResource, namespaces: NamespaceMapping): Declaration[] {
  const declarations: Declaration[] = [];
  for (const { ref, relation, reverse } of declaredRefs(resource, namespaces)) {
    if (!declarations.some((other) => other.target === ref && other.relation === relation)) {
      declarations.push({ relation, reverse, target: ref });
    }
  }
  return declarations;
}
