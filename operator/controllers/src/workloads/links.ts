import type { WorkloadStatus } from '@portolan/crds';
import type { EntityStores } from '../entities/entity-stores.ts';
import { keyOf, type NamedWorkload, type TrimmedEntity } from '../entities/trimmed-entity.ts';
import { matchesSelector, parseSelector } from './label-selector.ts';
import { kindIdOf } from './kind-id.ts';
import type { WorkloadObject } from './workload-informers.ts';
import type { Primary, WorkloadStores } from './workload-stores.ts';

export const kubernetesIdKey = 'backstage.io/kubernetes-id';
const kubernetesNamespaceKey = 'backstage.io/kubernetes-namespace';
const labelSelectorKey = 'backstage.io/kubernetes-label-selector';
const appNameKey = 'app.kubernetes.io/name';

/** The kinds of entity that link workloads. */
export const linkingKinds = ['Component', 'Resource'] as const;

/** The indexes that the informers of {@link linkingKinds} need for linking, beside the entity indexes. */
export const linkIndexes = {
  name: (entity: TrimmedEntity) => [entity.metadata.name],
  kubernetesId: (entity: TrimmedEntity) => {
    const id = entity.metadata.annotations?.[kubernetesIdKey];
    return id === undefined ? [] : [id];
  },
  selector: (entity: TrimmedEntity) => selectorTerms(entity),
  workload: (entity: TrimmedEntity) =>
    entity.workloads.map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`),
};

/** The tiers of design §3.1 in their order: the first that any entity reaches for a workload decides. */
const tiers = ['Annotation', 'Label', 'Spec', 'Name'] as const satisfies readonly WorkloadStatus['link'][];
type Tier = (typeof tiers)[number];

/** One workload of an entity and why it is linked. */
export interface Link {
  workload: Primary;
  tier: Tier;
  /** Other entities reach the workload in the same tier. */
  isShared: boolean;
}

/** What an entity links, and what it asked for in vain. */
export interface Links {
  links: readonly Link[];
  /** Namespaces that it names and that do not allow it. Nothing about their content is known to it. */
  refusedNamespaces: readonly string[];
  /** Workloads of `spec.workloads` that do not exist. */
  missing: readonly NamedWorkload[];
  /** Workloads of `spec.workloads` that cannot be read, and why. */
  unreadable: readonly { named: NamedWorkload; reason: UnreadableReason }[];
}

/** The kind may not be read; it is not served; it could not be listed until now; nobody watches it. */
export type UnreadableReason = 'Forbidden' | 'NotInstalled' | 'NotListed' | 'KindNotWatched';

/** Answers who is linked to what, both ways, from indexes. */
export interface Linker {
  linksOf(entity: TrimmedEntity): Links;
  /** Every workload that an entity could link, stored or not, whether or not another entity comes first. */
  reachOf(entity: TrimmedEntity): readonly Primary[];
  /** Every entity that could link this workload, whether or not another one comes first. */
  reachersOf(workload: Primary): readonly TrimmedEntity[];
  /** The entities of the first tier that any entity reaches for this workload. */
  entitiesOf(workload: Primary): { entities: readonly TrimmedEntity[]; tier: Tier } | undefined;
}

/** Kind, namespace and name of an object in one text. */
export function idOf(object: {
  kind?: string;
  group?: string;
  metadata: { namespace?: string; name: string };
}): string {
  return `${kindIdOf(object)}/${keyOf(object)}`;
}

/** Creates the linker over the stores; the entity stores need {@link linkIndexes}. */
export function createLinker(entities: EntityStores, workloads: WorkloadStores): Linker {
  const mayLink = (entity: TrimmedEntity, workload: Primary): boolean =>
    isSameNamespace(entity, workload) ||
    namesEntity(workload, entity) ||
    allowed(entity, workload.metadata.namespace ?? '');
  const allowed = (entity: TrimmedEntity, workloadNamespace: string): boolean =>
    workloads.allowsLinks({ workloadNamespace, entityNamespace: entity.metadata.namespace });

  const reachedBy = (workload: Primary): { entity: TrimmedEntity; tier: Tier }[] =>
    candidateEntities(entities, workload).flatMap((entity) => {
      const tier = tierOf(workloads, entity, workload);
      return tier !== undefined && mayLink(entity, workload) ? [{ entity, tier }] : [];
    });

  const entitiesOf: Linker['entitiesOf'] = (workload) => {
    const reached = reachedBy(workload);
    const tier = tiers.find((each) => reached.some((found) => found.tier === each));
    if (tier === undefined) return undefined;
    return { tier, entities: reached.filter((found) => found.tier === tier).map((found) => found.entity) };
  };

  const reachOf: Linker['reachOf'] = (entity) =>
    [...candidateWorkloads(workloads, entity)].filter(
      (workload) => tierOf(workloads, entity, workload) !== undefined && mayLink(entity, workload),
    );

  const linksOf: Linker['linksOf'] = (entity) => {
    const links = reachOf(entity).flatMap((workload): Link[] => {
      const found = entitiesOf(workload);
      const isMine = found?.entities.some((each) => each.metadata.uid === entity.metadata.uid) ?? false;
      return found !== undefined && isMine ? [{ workload, tier: found.tier, isShared: found.entities.length > 1 }] : [];
    });
    const named = namespacesNamedBy(entity).filter(
      (namespace) => namespace !== entity.metadata.namespace && !allowed(entity, namespace),
    );
    // A workload that names the entity itself has consented for itself, whatever its Namespace says of the rest.
    const refusedNamespaces = [...new Set(named)].filter(
      (namespace) => !links.some((link) => link.workload.metadata.namespace === namespace),
    );
    const readable = entity.workloads.filter(
      (each) => each.namespace === entity.metadata.namespace || allowed(entity, each.namespace),
    );
    return {
      links: links.sort((a, b) => compareText(idOf(a.workload), idOf(b.workload))),
      refusedNamespaces: refusedNamespaces.sort(),
      missing: readable.filter(
        (each) => unreadableReason(workloads, each) === undefined && find(workloads, each) === undefined,
      ),
      unreadable: readable.flatMap((named) => {
        const reason = unreadableReason(workloads, named);
        return reason === undefined ? [] : [{ named, reason }];
      }),
    };
  };
  return { linksOf, reachOf, reachersOf: (workload) => reachedBy(workload).map(({ entity }) => entity), entitiesOf };
}

function candidateEntities(entities: EntityStores, workload: Primary): readonly TrimmedEntity[] {
  const { labels, names } = workload.link;
  const found = new Map<string, TrimmedEntity>();
  const add = (entity: TrimmedEntity | undefined): void => {
    if (entity !== undefined && entity.metadata.deletionTimestamp === undefined) {
      found.set(entity.metadata.uid, entity);
    }
  };
  for (const kind of linkingKinds) {
    const store = entities.store(kind);
    for (const [key, value] of Object.entries(labels)) store.byIndex('selector', `${key}=${value}`).forEach(add);
    store.byIndex('selector', '*').forEach(add);
    const id = labels[kubernetesIdKey];
    if (id !== undefined) {
      store.byIndex('kubernetesId', id).forEach(add);
      store.byIndex('name', id).forEach(add);
    }
    if (names !== undefined) add(store.get(names));
    store.byIndex('workload', `${workload.kind}/${keyOf(workload)}`).forEach(add);
    const appName = labels[appNameKey];
    if (appName !== undefined) add(store.get(`${workload.metadata.namespace ?? ''}/${appName}`));
  }
  return [...found.values()];
}

function candidateWorkloads(workloads: WorkloadStores, entity: TrimmedEntity): ReadonlySet<Primary> {
  const found = new Set<Primary>();
  const { name, namespace, annotations = {} } = entity.metadata;
  const id = annotations[kubernetesIdKey];
  const terms = selectorTerms(entity);
  const add = (workload: WorkloadObject | undefined): void => {
    if (workload !== undefined && workloads.isPrimary(workload)) found.add(workload);
  };
  for (const store of workloads.all()) {
    for (const term of terms) {
      if (term !== '*') store.byIndex('label', term).forEach(add);
      else for (const each of namespacesInReach(workloads, entity)) store.byIndex('namespace', each).forEach(add);
    }
    if (id !== undefined) store.byIndex('label', `${kubernetesIdKey}=${id}`).forEach(add);
    store.byIndex('label', `${kubernetesIdKey}=${name}`).forEach(add);
    store.byIndex('names', `${namespace}/${name}`).forEach(add);
    store.byIndex('label', `${appNameKey}=${name}`).forEach(add);
  }
  for (const named of entity.workloads) add(find(workloads, named));
  return found;
}

/** Where a selector that demands no label can find something; workloads that name the entity are found by that. */
function namespacesInReach(workloads: WorkloadStores, { metadata }: TrimmedEntity): ReadonlySet<string> {
  return new Set([metadata.namespace, ...workloads.namespacesLetting(metadata.namespace)]);
}

/** The tier in which an entity reaches a workload, before the namespace rule. */
function tierOf(workloads: WorkloadStores, entity: TrimmedEntity, workload: Primary): Tier | undefined {
  if (reachesByAnnotation(entity, workload)) return 'Annotation';
  const { labels } = workload.link;
  if (namesEntity(workload, entity) || labels[kubernetesIdKey] === entity.metadata.name) return 'Label';
  if (entity.workloads.some((each) => isNamed(workloads, each, workload))) return 'Spec';
  if (isSameNamespace(entity, workload) && labels[appNameKey] === entity.metadata.name) return 'Name';
  return undefined;
}

/** As in Backstage, a label selector takes precedence over the id; a namespace annotation narrows both. */
function reachesByAnnotation(entity: TrimmedEntity, workload: Primary): boolean {
  const annotations = entity.metadata.annotations ?? {};
  const namespace = annotations[kubernetesNamespaceKey];
  if (namespace !== undefined && namespace !== workload.metadata.namespace) return false;
  const { labels } = workload.link;
  const selector = annotations[labelSelectorKey];
  if (selector !== undefined) {
    const requirements = parseSelector(selector);
    return requirements !== undefined && matchesSelector(requirements, labels);
  }
  const id = annotations[kubernetesIdKey];
  return id !== undefined && labels[kubernetesIdKey] === id;
}

/** The label pairs of which a match must have one; `*` where the selector demands none. */
function selectorTerms(entity: TrimmedEntity): readonly string[] {
  const selector = entity.metadata.annotations?.[labelSelectorKey];
  const requirements = selector === undefined ? undefined : parseSelector(selector);
  if (requirements === undefined) return [];
  for (const requirement of requirements) {
    if (requirement.operator === 'in') return requirement.values.map((value) => `${requirement.key}=${value}`);
  }
  return ['*'];
}

function namespacesNamedBy(entity: TrimmedEntity): string[] {
  const annotated = entity.metadata.annotations?.[kubernetesNamespaceKey];
  return [...(annotated === undefined ? [] : [annotated]), ...entity.workloads.map((each) => each.namespace)];
}

function namesEntity(workload: Primary, entity: TrimmedEntity): boolean {
  return workload.link.names === `${entity.metadata.namespace}/${entity.metadata.name}`;
}

function isNamed(workloads: WorkloadStores, named: NamedWorkload, { kind, group, metadata }: Primary): boolean {
  if (named.kind !== kind || named.name !== metadata.name || named.namespace !== metadata.namespace) return false;
  return workloads.kindOf(named) === kindIdOf({ kind, ...(group !== undefined && { group }) });
}

function isSameNamespace(entity: TrimmedEntity, workload: Primary): boolean {
  return entity.metadata.namespace === workload.metadata.namespace;
}

function find(workloads: WorkloadStores, named: NamedWorkload): Primary | undefined {
  const kind = workloads.kindOf(named);
  return kind === undefined ? undefined : workloads.get(kind, `${named.namespace}/${named.name}`);
}

function unreadableReason(workloads: WorkloadStores, named: NamedWorkload): UnreadableReason | undefined {
  const kind = workloads.kindOf(named);
  if (kind === undefined) return 'KindNotWatched';
  switch (workloads.state(kind, named.namespace)) {
    case 'refused':
      return 'Forbidden';
    case 'absent':
      return 'NotInstalled';
    case 'failing':
      return 'NotListed';
    default:
      return undefined;
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
