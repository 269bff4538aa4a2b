import type { CatalogEntity } from '@portolan/catalog';
import { firstTarget, isRecord, refView, text, type RefView } from './entity-summary.ts';
import type { EntityLookup } from './entity-lookup.ts';
import { safeHref } from './links.ts';
import { emptyListState, listHref } from './list-state.ts';

export interface LinkView {
  title: string;
  /** Absent when the address may not become a link; then `url` is shown as text. */
  href: string | undefined;
  url: string;
  type: string | undefined;
  /** `runbook.acme.dev`: where it leads, for the reader. */
  host: string | undefined;
}

export interface PairView {
  key: string;
  value: string;
  href: string | undefined;
}

export interface AboutView {
  description: string | undefined;
  owners: readonly RefView[];
  systems: readonly RefView[];
  domain: RefView | undefined;
  /** Of a group: the groups above it. */
  parents: readonly RefView[];
  partOf: readonly RefView[];
  namespace: { name: string; href: string };
  email: PairView | undefined;
  tags: readonly { name: string; href: string }[];
  links: readonly LinkView[];
  labels: readonly PairView[];
  annotations: readonly PairView[];
}

/** The facts of an entity that somebody declared. */
export function aboutView(entity: CatalogEntity, lookup: EntityLookup): AboutView {
  const targets = (type: string) => entity.relations.filter((each) => each.type === type).map((each) => each.targetRef);
  const parents = targets('partOf');
  const of = (prefix: string) => parents.filter((ref) => ref.startsWith(prefix)).map((ref) => refView(ref, lookup));
  const domainRef = domainOf(entity, lookup);
  const { namespace } = entity.metadata;
  return {
    description: text(entity.metadata.description),
    owners: targets('ownedBy').map((ref) => refView(ref, lookup)),
    systems: of('system:'),
    domain: domainRef === undefined ? undefined : refView(domainRef, lookup),
    partOf: parents
      .filter((ref) => !ref.startsWith('system:') && !ref.startsWith('domain:'))
      .map((ref) => refView(ref, lookup)),
    parents: targets('childOf').map((ref) => refView(ref, lookup)),
    namespace: { name: namespace, href: narrowedHref('namespace', namespace) },
    email: email(entity),
    tags: strings(entity.metadata.tags).map((name) => ({ name, href: narrowedHref('tag', name) })),
    links: (entity.metadata.links ?? []).map(linkView),
    labels: pairs(entity.metadata.labels),
    annotations: pairs(entity.metadata.annotations),
  };
}

/** The entity's own domain, or that of its system. */
function domainOf(entity: CatalogEntity, lookup: EntityLookup): string | undefined {
  const own = firstTarget(entity, 'partOf', 'domain:');
  if (own !== undefined) return own;
  const systemRef = firstTarget(entity, 'partOf', 'system:');
  const system = systemRef === undefined ? undefined : lookup.byRef(systemRef);
  return system === undefined ? undefined : firstTarget(system, 'partOf', 'domain:');
}

function narrowedHref(dimension: 'namespace' | 'tag', value: string): string {
  const filters = { ...emptyListState.filters, [dimension]: [value.toLowerCase()] };
  return listHref({ ...emptyListState, filters });
}

function email(entity: CatalogEntity): PairView | undefined {
  const profile = entity.spec['profile'];
  const address = isRecord(profile) ? text(profile['email']) : undefined;
  return address === undefined ? undefined : { key: 'Email', value: address, href: safeHref(`mailto:${address}`) };
}

function linkView(link: { url: string; title?: string; type?: string }): LinkView {
  const href = safeHref(link.url);
  const host = href === undefined ? undefined : new URL(href).host;
  return {
    title: text(link.title) ?? link.url,
    href,
    url: link.url,
    type: text(link.type),
    host: host === '' ? undefined : host,
  };
}

function pairs(values: Readonly<Record<string, string>> | undefined): PairView[] {
  return Object.entries(values ?? {})
    .map(([key, value]) => ({ key, value: String(value), href: webHref(String(value)) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Only whole web addresses become links in annotations: `url:https://…` is a location, not an address. */
function webHref(value: string): string | undefined {
  return /^https?:\/\//i.test(value) ? safeHref(value) : undefined;
}

function strings(values: unknown): string[] {
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}
