import type { CatalogEntity } from '@portolan/catalog';
import { canonicalRef, entityHealth, entityTitle, text } from './entity-summary.ts';
import type { HealthBadge } from './health.ts';
import { kindView, type KindView } from './kinds.ts';
import { entityHref } from './links.ts';
import { emptyListState, listHref } from './list-state.ts';

/** A page of an entity: what is declared and known, and what runs now. */
export type EntityPage = 'overview' | 'runtime';

/** What every page of an entity begins with. */
export interface EntityHead {
  ref: string;
  title: string;
  name: string;
  namespace: string;
  initials: string;
  kind: KindView;
  kindHref: string;
  type: string | undefined;
  lifecycle: string | undefined;
  description: string | undefined;
  /** Its own health, or that of its parts. */
  overallHealth: HealthBadge | undefined;
  /** The pages there are of it; empty when there is one. */
  tabs: readonly { label: string; href: string; current: boolean }[];
}

const kindsWithWorkloads = new Set(['component', 'resource']);

/** Whether its kind may be linked to workloads. */
export function hasWorkloads(entity: CatalogEntity): boolean {
  return kindsWithWorkloads.has(entity.kind.toLowerCase());
}

export function entityHead(entity: CatalogEntity, page: EntityPage): EntityHead {
  const { name, namespace } = entity.metadata;
  const kind = kindView(entity.kind);
  const title = entityTitle(entity);
  const href = entityHref({ kind: entity.kind, namespace, name });
  return {
    ref: canonicalRef(entity),
    title,
    name,
    namespace,
    initials: initials(title),
    kind,
    kindHref: listHref({ ...emptyListState, filters: { ...emptyListState.filters, kind: [kind.kind] } }),
    type: text(entity.spec['type']),
    lifecycle: text(entity.spec['lifecycle']),
    description: text(entity.metadata.description),
    overallHealth: entityHealth(entity),
    tabs: hasWorkloads(entity)
      ? [
          { label: 'Overview', href, current: page === 'overview' },
          { label: 'Runtime', href: runtimeHref(href), current: page === 'runtime' },
        ]
      : [],
  };
}

/** Where what runs of an entity is shown, from the address of its page. */
export function runtimeHref(href: string): string {
  return `${href}/runtime`;
}

/** Up to two letters for an avatar: `Ada Lovelace` gives `AL`. */
export function initials(title: string): string {
  const parts = title.split(/[\s._-]+/u).filter((part) => part !== '');
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : undefined].map(
    (part) => /^./u.exec(part ?? '')?.[0] ?? '',
  );
  return letters.join('').toUpperCase();
}
