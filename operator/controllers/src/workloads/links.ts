import type { WorkloadStatus } from '@portolan/crds';
import type { EntityStores } from '../entities/entity-stores.ts';
import type { NamedWorkload, TrimmedEntity } from '../entities/trimmed-entity.ts';
import { matchesSelector, parseSelector } from './label-selector.ts';
import { workloadKinds, type TrimmedWorkload, type WorkloadKind } from './trim.ts';
import type { WorkloadStores } from './workload-stores.ts';

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
  workload: (entity: TrimmedEntity) => entity.workloads.map(workloadId),
};

/** The tiers of design §3.1 in their order: the first that any entity reaches for a workload decides. */
const tiers = ['Annotation', 'Label', 'Spec', 'Name'] as const satisfies readonly WorkloadStatus['link'][];
type Tier = (typeof tiers)[number];

/** One workload of an entity and why it is linked. */
export interface Link {
  workload: TrimmedWorkload;
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
  /** Workloads of `spec.workloads` whose kind may not be read. */
  unreadable: readonly NamedWorkload[];
}

/** Answers who is linked to what, both ways, from indexes. */
export interface Linker {
  linksOf(entity: TrimmedEntity): Links;
  /** Every workload that an entity could link, stored or not, whether or not another entity comes first. */
  reachOf(entity: TrimmedEntity): readonly TrimmedWorkload[];
  /** The entities of the first tier that any entity reaches for this workload. */
  entitiesOf(workload: TrimmedWorkload): { entities: readonly TrimmedEntity[]; tier: Tier } | undefined;
}

/** Creates the linker over the stores; the entity stores need {@link linkIndexes}. */
export function createLinker(entities: EntityStores, workloads: WorkloadStores): Linker {
  const mayLink = (entity: TrimmedEntity, workload: TrimmedWorkload): boolean =>
    isSameNamespace(entity, workload) ||
    namesEntity(workload, entity) ||
    allowed(entity, workload.metadata.namespace ?? '');
  const allowed = (entity: TrimmedEntity, workloadNamespace: string): boolean =>
    workloads.allowsLinks({ workloadNamespace, entityNamespace: entity.metadata.namespace });

  const entitiesOf: Linker['entitiesOf'] = (workload) => {
    const reached = candidateEntities(entities, workload).flatMap((entity) => {
      const tier = tierOf(entity, workload);
      return tier !== undefined && mayLink(entity, workload) ? [{ entity, tier }] : [];
    });
    const tier = tiers.find((each) => reached.some((found) => found.tier === each));
    if (tier === undefined) return undefined;
    return { tier, entities: reached.filter((found) => found.tier === tier).map((found) => found.entity) };
  };

  const reachOf: Linker['reachOf'] = (entity) =>
    [...candidateWorkloads(workloads, entity)].filter(
      (workload) => tierOf(entity, workload) !== undefined && mayLink(entity, workload),
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
      links: links.sort((a, b) => compareText(workloadId(a.workload), workloadId(b.workload))),
      refusedNamespaces: refusedNamespaces.sort(),
      missing: readable.filter((each) => stateOf(workloads, each) === 'synced' && find(workloads, each) === undefined),
      unreadable: readable.filter((each) => stateOf(workloads, each) === 'refused'),
    };
  };
  return { linksOf, reachOf, entitiesOf };
}

function candidateEntities(entities: EntityStores, workload: TrimmedWorkload): readonly TrimmedEntity[] {
  const labels = workload.metadata.labels ?? {};
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
    if (workload.names !== undefined) add(store.get(workload.names));
    store.byIndex('workload', workloadId(workload)).forEach(add);
    const appName = labels[appNameKey];
    if (appName !== undefined) add(store.get(`${workload.metadata.namespace ?? ''}/${appName}`));
  }
  return [...found.values()];
}

function candidateWorkloads(workloads: WorkloadStores, entity: TrimmedEntity): ReadonlySet<TrimmedWorkload> {
  const found = new Set<TrimmedWorkload>();
  const { name, namespace, annotations = {} } = entity.metadata;
  const id = annotations[kubernetesIdKey];
  for (const store of workloads.all()) {
    for (const term of selectorTerms(entity)) {
      const matching = term === '*' ? store.list() : store.byIndex('label', term);
      for (const workload of matching) found.add(workload);
    }
    if (id !== undefined) store.byIndex('label', `${kubernetesIdKey}=${id}`).forEach((each) => found.add(each));
    store.byIndex('label', `${kubernetesIdKey}=${name}`).forEach((each) => found.add(each));
    store.byIndex('names', `${namespace}/${name}`).forEach((each) => found.add(each));
    store.byIndex('label', `${appNameKey}=${name}`).forEach((each) => found.add(each));
  }
  for (const named of entity.workloads) {
    const workload = find(workloads, named);
    if (workload !== undefined) found.add(workload);
  }
  return found;
}

/** The tier in which an entity reaches a workload, before the namespace rule. */
function tierOf(entity: TrimmedEntity, workload: TrimmedWorkload): Tier | undefined {
  if (reachesByAnnotation(entity, workload)) return 'Annotation';
  const labels = workload.metadata.labels ?? {};
  if (namesEntity(workload, entity) || labels[kubernetesIdKey] === entity.metadata.name) return 'Label';
  if (entity.workloads.some((each) => workloadId(each) === workloadId(workload))) return 'Spec';
  if (isSameNamespace(entity, workload) && labels[appNameKey] === entity.metadata.name) return 'Name';
  return undefined;
}

/** As in Backstage, a label selector takes precedence over the id; a namespace annotation narrows both. */
function reachesByAnnotation(entity: TrimmedEntity, workload: TrimmedWorkload): boolean {
  const annotations = entity.metadata.annotations ?? {};
  const namespace = annotations[kubernetesNamespaceKey];
  if (namespace !== undefined && namespace !== workload.metadata.namespace) return false;
  const labels = workload.metadata.labels ?? {};
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

function namesEntity(workload: TrimmedWorkload, entity: TrimmedEntity): boolean {
  return workload.names === `${entity.metadata.namespace}/${entity.metadata.name}`;
}

function isSameNamespace(entity: TrimmedEntity, workload: TrimmedWorkload): boolean {
  return entity.metadata.namespace === workload.metadata.namespace;
}

function find(workloads: WorkloadStores, named: NamedWorkload): TrimmedWorkload | undefined {
  return isWorkloadKind(named.kind) ? workloads.store(named.kind).get(`${named.namespace}/${named.name}`) : undefined;
}

function stateOf(workloads: WorkloadStores, named: NamedWorkload): 'synced' | 'refused' | 'pending' {
  return isWorkloadKind(named.kind) ? workloads.state(named.kind) : 'refused';
}

function isWorkloadKind(kind: string): kind is WorkloadKind {
  return (workloadKinds as readonly string[]).includes(kind);
}

function workloadId(object: NamedWorkload | TrimmedWorkload): string {
  return 'metadata' in object
    ? `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`
    : `${object.kind}/${object.namespace}/${object.name}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
