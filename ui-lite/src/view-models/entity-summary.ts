import type { CatalogEntity } from '@portolan/catalog';
import { healthBadge, type HealthBadge } from './health.ts';
import { kindView, type KindView } from './kinds.ts';
import { entityHref, splitRef } from './links.ts';
import type { EntityLookup } from './entity-lookup.ts';
import { rollupBadge } from './rollup-badge.ts';

/** A ref as it is shown: with a link when it exists, marked when it does not. */
export interface RefView {
  ref: string;
  title: string;
  kind: KindView;
  namespace: string;
  href: string | undefined;
  missing: boolean;
}

/** One line of a list. */
export interface EntitySummary {
  ref: string;
  href: string;
  title: string;
  name: string;
  namespace: string;
  kind: KindView;
  type: string | undefined;
  lifecycle: string | undefined;
  description: string | undefined;
  owner: RefView | undefined;
  system: RefView | undefined;
  health: HealthBadge | undefined;
}

/** A related entity with what a reader needs to judge it. */
export interface RelatedEntity extends RefView {
  type: string | undefined;
  health: HealthBadge | undefined;
}

/** The title, or the display name of a user or group, or the name. */
export function entityTitle(entity: CatalogEntity): string {
  const profile = entity.spec['profile'];
  const displayName = isRecord(profile) ? text(profile['displayName']) : undefined;
  return text(entity.metadata.title) ?? displayName ?? entity.metadata.name;
}

export function canonicalRef(entity: CatalogEntity): string {
  return `${entity.kind}:${entity.metadata.namespace}/${entity.metadata.name}`.toLowerCase();
}

/** The entity's own health, or that of its parts. */
export function entityHealth(entity: CatalogEntity): HealthBadge | undefined {
  const { health, rollup } = entity.status.portolan;
  if (health !== undefined) return healthBadge(health.verdict, health.reason);
  return rollup === undefined ? undefined : rollupBadge(rollup);
}

export function summarize(entity: CatalogEntity, lookup: EntityLookup): EntitySummary {
  const { name, namespace } = entity.metadata;
  const owner = firstTarget(entity, 'ownedBy');
  const system = firstTarget(entity, 'partOf', 'system:');
  return {
    ref: canonicalRef(entity),
    href: entityHref({ kind: entity.kind, namespace, name }),
    title: entityTitle(entity),
    name,
    namespace,
    kind: kindView(entity.kind),
    type: text(entity.spec['type']),
    lifecycle: text(entity.spec['lifecycle']),
    description: text(entity.metadata.description),
    owner: owner === undefined ? undefined : refView(owner, lookup),
    system: system === undefined ? undefined : refView(system, lookup),
    health: entityHealth(entity),
  };
}

export function refView(ref: string, lookup: EntityLookup): RefView {
  return relatedEntity(ref, lookup);
}

export function relatedEntity(ref: string, lookup: EntityLookup): RelatedEntity {
  const parts = splitRef(ref);
  const entity = lookup.byRef(ref);
  const kind = kindView(parts?.kind ?? '');
  const namespace = parts?.namespace ?? '';
  if (entity === undefined || parts === undefined) {
    return {
      ref,
      title: parts?.name ?? ref,
      kind,
      namespace,
      href: undefined,
      missing: true,
      type: undefined,
      health: undefined,
    };
  }
  return {
    ref,
    title: entityTitle(entity),
    kind,
    namespace,
    href: entityHref(parts),
    missing: false,
    type: text(entity.spec['type']),
    health: entityHealth(entity),
  };
}

export function firstTarget(entity: CatalogEntity, type: string, prefix = ''): string | undefined {
  return entity.relations.find((relation) => relation.type === type && relation.targetRef.startsWith(prefix))
    ?.targetRef;
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
