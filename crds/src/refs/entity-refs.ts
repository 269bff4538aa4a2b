import type { EntityResource } from '../kinds/entity-resource.ts';
import { formatRef, parseRef, RefError, type Ref } from './ref.ts';
import type { NamespaceMapping } from './namespaces.ts';
import { rulesByKind } from './relation-rules.ts';

/** What of an object decides its ref. */
export type Named = Pick<EntityResource, 'kind'> & {
  metadata: Pick<EntityResource['metadata'], 'name' | 'namespace'>;
  spec: { entityName?: string | undefined };
};

/** A reference that an entity declares. */
export interface DeclaredRef {
  /** Where it stands: `spec.owner`, `spec.dependsOn`. */
  field: string;
  /** As written. */
  text: string;
  /** Canonical form, in namespaces of the catalog. */
  ref: string;
  /** Type of the relation on the entity itself, e.g. `ownedBy`. */
  relation: string;
  /** Type of the relation on the other entity, e.g. `ownerOf`. */
  reverse: string;
}

/** The entity's name in its own spelling. */
export function entityName(resource: Pick<Named, 'metadata' | 'spec'>): string {
  return resource.spec.entityName ?? resource.metadata.name;
}

/** The canonical ref that an object claims. */
export function entityRef(resource: Named, namespaces: NamespaceMapping): string {
  const { kind, metadata } = resource;
  return formatRef({ kind, namespace: namespaces.toCatalog(metadata.namespace), name: entityName(resource) });
}

/**
 * Every reference of a spec, in the order of the rules and of the lists. A text that is no reference is left out: the
 * schema refuses it, but an object may be older than its schema.
 */
export function declaredRefs(
  resource: Pick<EntityResource, 'kind' | 'spec'> & { metadata: Pick<EntityResource['metadata'], 'namespace'> },
  namespaces: NamespaceMapping,
): DeclaredRef[] {
  const { kind, metadata } = resource;
  const spec: Record<string, unknown> = { ...resource.spec };
  const defaultNamespace = namespaces.toCatalog(metadata.namespace);
  return (rulesByKind.get(kind) ?? []).flatMap(({ field, defaultKind, relation, reverse }) =>
    textsOf(spec[field]).flatMap((text) => {
      const parsed = parsedOrNothing(text, { kind: defaultKind, namespace: defaultNamespace });
      if (parsed === undefined) return [];
      const namespace = namespaces.toCatalog(parsed.namespace);
      return [{ field: `spec.${field}`, text, ref: formatRef({ ...parsed, namespace }), relation, reverse }];
    }),
  );
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function parsedOrNothing(text: string, defaults: { kind: string | undefined; namespace: string }): Ref | undefined {
  try {
    return parseRef(text, defaults);
  } catch (error) {
    if (error instanceof RefError) return undefined;
    throw error;
  }
}
