import { apiVersion, type ComponentSpec, type NamespaceMapping } from '@portolan/crds';
import { admissionFaults } from '@portolan/crds/schemas';
import type { EntityStores } from '../entities/entity-stores.ts';
import { trimEntity } from '../entities/trimmed-entity.ts';
import type { Linker } from '../workloads/links.ts';
import type { Candidate, LinkedWorkload, OwnerHint, ServiceSelector } from './candidate.ts';
import { componentTypeOf } from './component-type.ts';
import { compareText, groupCandidates, type WorkloadGroup } from './grouping.ts';
import { namesFor } from './names.ts';
import { createOwnerFinder } from './owner.ts';

const partOfKey = 'app.kubernetes.io/part-of';
/** Only a hostile cluster takes so many names. */
const mostNames = 1000;

/** A manifest as it can be applied, but for the owner where none is known. */
export interface ComponentManifest {
  apiVersion: string;
  kind: 'Component';
  metadata: { name: string; namespace: string };
  spec: Omit<ComponentSpec, 'owner'> & { owner?: string };
}

/** A Component for workloads that nobody claims. */
export interface ProposedComponent {
  manifest: ComponentManifest;
  /** What it will link, sorted by kind and name. */
  workloads: readonly { kind: string; name: string; images: readonly string[] }[];
}

/** What is to be done about workloads that no entity claims. */
export interface Adoption {
  /** Sorted by namespace and name. */
  components: readonly ProposedComponent[];
  /** What was left out or guessed, one sentence each, for people. */
  notes: readonly string[];
  /** How many workloads entities claim already. */
  claimed: number;
  /** How many workloads are neither claimed nor offered; the notes say why. */
  refused: number;
}

/**
 * Proposes Components for the candidates that no entity claims and no other workload controls, by the operator's own
 * linker. Applied, each links exactly its workloads, and none that another entity has. Pure; the order is stable.
 *
 * @param options.services undefined where Services cannot be read
 * @param options.namespaceHints who owns a namespace, by its own labels, where its workloads do not say
 * @param options.owner ref of the owner for what names none; it stands as given
 */
export function proposeComponents(options: {
  candidates: readonly Candidate[];
  entities: EntityStores;
  linker: Linker;
  namespaces: NamespaceMapping;
  services: readonly ServiceSelector[] | undefined;
  namespaceHints: ReadonlyMap<string, readonly OwnerHint[]>;
  owner: string | undefined;
  lifecycle: string;
}): Adoption {
  const { candidates, entities, linker } = options;
  const notes: string[] = [];
  const uids = new Set(candidates.map(({ workload }) => workload.metadata.uid));
  const alive = candidates.filter(({ workload }) => workload.metadata.deletionTimestamp === undefined);
  const own = alive.filter(({ workload }) => !uids.has(workload.metadata.ownerReferences?.[0]?.uid ?? ''));
  const unclaimed = own.filter(({ workload }) => linker.entitiesOf(workload) === undefined);
  const [offered, elsewhere] = partition(unclaimed, ({ workload }) => isOfferedHere(workload));
  for (const { kind, workload } of elsewhere) {
    notes.push(
      `${kind} ${workload.metadata.namespace ?? ''}/${workload.metadata.name} names Component ${workload.link.names ?? ''}, which cannot be found: create it there, or correct portolan.dev/component.`,
    );
  }

  const groupOf = new Map<string, WorkloadGroup>();
  const groups = groupCandidates(offered);
  for (const group of groups) for (const { workload } of group.members) groupOf.set(idOf(workload), group);
  const refused = new Set(elsewhere.map(({ workload }) => idOf(workload)));
  const taken = new Set<string>();
  const isFree = (group: WorkloadGroup, manifest: ComponentManifest): boolean => {
    const { namespace, name } = manifest.metadata;
    if (taken.has(`${namespace}/${name}`) || entities.store('Component').get(`${namespace}/${name}`) !== undefined) {
      return false;
    }
    const trial = trialEntity(manifest, options.namespaces);
    if (entities.claimants(trial.ref).length > 0) return false;
    return linker.reachOf(trial).every((workload) => {
      const id = idOf(workload);
      const other = groupOf.get(id);
      return other === group || (other === undefined && !refused.has(id) && linker.entitiesOf(workload) === undefined);
    });
  };

  const build = createBuilder(options, notes);
  const components = groups.flatMap((group): ProposedComponent[] => {
    const spec = build(group);
    let tried = 0;
    for (const name of namesFor(group)) {
      const manifest = withWorkloads({ group, name, spec });
      if ((tried += 1) > mostNames) break;
      if (!isFree(group, manifest)) continue;
      const faults = admissionFaults({ ...manifest, spec: { owner: 'placeholder', ...manifest.spec } });
      const [fault] = faults;
      if (fault !== undefined) {
        notes.push(`${describe(group)}: no Component, because ${fault.path} ${fault.message}.`);
        return [];
      }
      const [best] = namesFor(group);
      if (name !== best && entities.store('Component').get(`${group.namespace}/${best}`) !== undefined) {
        notes.push(
          `${describe(group)}: Component ${group.namespace}/${best} exists and does not claim it, so it is offered as ${name}; if it is part of that one, add it to its spec.workloads instead.`,
        );
      }
      taken.add(`${group.namespace}/${name}`);
      return [{ manifest, workloads: group.members.map(shown) }];
    }
    notes.push(`${describe(group)}: no Component, because every name for it is taken.`);
    return [];
  });
  return {
    components: components.toSorted((a, b) => compareText(keyOf(a), keyOf(b))),
    notes: notes.toSorted(compareText),
    claimed: own.length - unclaimed.length,
    refused: unclaimed.length - components.reduce((sum, each) => sum + each.workloads.length, 0),
  };
}

/** A workload that names a Component of another namespace belongs there. */
function isOfferedHere({ link: { names }, metadata }: LinkedWorkload): boolean {
  return names === undefined || names.startsWith(`${metadata.namespace ?? ''}/`);
}

function partition<T>(items: readonly T[], holds: (item: T) => boolean): [T[], T[]] {
  return [items.filter((each) => holds(each)), items.filter((each) => !holds(each))];
}

type Spec = ComponentManifest['spec'];

/** What a group's Component says, but for its name and its workloads. */
function createBuilder(
  options: Parameters<typeof proposeComponents>[0],
  notes: string[],
): (group: WorkloadGroup) => Spec {
  const { entities, namespaces, services, namespaceHints, lifecycle } = options;
  const findOwner = createOwnerFinder(entities, namespaces);
  const ownerOf = (group: WorkloadGroup): string | undefined => {
    const { namespace } = group;
    const hints = [group.members.flatMap((each) => each.ownerHints), namespaceHints.get(namespace) ?? []];
    for (const each of hints) {
      const owner = findOwner(each, namespace);
      if (owner.found === 'one') return short(owner.ref, namespaces.toCatalog(namespace));
      if (owner.found === 'several') {
        notes.push(`${describe(group)}: its labels fit several Groups, ${owner.refs.join(' and ')}.`);
        break;
      }
    }
    return options.owner;
  };
  return (group) => {
    const owner = ownerOf(group);
    const systems = new Set(group.members.map(({ workload }) => workload.link.labels[partOfKey]));
    const [system] = systems;
    const isSystem = system !== undefined && entities.store('System').get(`${group.namespace}/${system}`) !== undefined;
    return {
      type: componentTypeOf(group.members, services),
      lifecycle,
      ...(owner !== undefined && { owner }),
      ...(systems.size === 1 && isSystem && { system }),
    };
  };
}

/** A Group beside the Component needs its name only. */
function short(ref: string, catalogNamespace: string): string {
  const prefix = `group:${catalogNamespace}/`.toLowerCase();
  return ref.startsWith(prefix) ? ref.slice(prefix.length) : ref;
}

/** Names in `spec.workloads` what its own labels do not bring to a Component of that name. */
function withWorkloads(options: { group: WorkloadGroup; name: string; spec: Spec }): ComponentManifest {
  const { group, name, spec } = options;
  const { namespace, members } = group;
  const workloads = members
    .filter(({ workload }) => !isLinkedByLabels(workload, name))
    .map(({ kind, workload }) => ({ kind, name: workload.metadata.name }));
  return {
    apiVersion,
    kind: 'Component',
    metadata: { name, namespace },
    spec: { ...spec, ...(workloads.length > 0 && { workloads }) },
  };
}

function isLinkedByLabels(workload: LinkedWorkload, name: string): boolean {
  const { namespace = '' } = workload.metadata;
  const { labels, names } = workload.link;
  return (
    names === `${namespace}/${name}` ||
    labels['backstage.io/kubernetes-id'] === name ||
    labels['app.kubernetes.io/name'] === name
  );
}

/** The entity that the manifest would become, as far as linking looks at it. */
function trialEntity({ metadata, ...manifest }: ComponentManifest, namespaces: NamespaceMapping) {
  const spec = { owner: 'placeholder', ...manifest.spec };
  const identity = { uid: `trial-${metadata.namespace}-${metadata.name}`, resourceVersion: '0' };
  return trimEntity({ ...manifest, metadata: { ...metadata, ...identity }, spec }, namespaces);
}

function shown({ kind, workload }: Candidate): ProposedComponent['workloads'][number] {
  return { kind, name: workload.metadata.name, images: workload.link.images };
}

function describe({ namespace, members }: WorkloadGroup): string {
  const [first] = members;
  const more = members.length > 1 ? ` and ${members.length - 1} more` : '';
  return `${first?.kind ?? ''} ${namespace}/${first?.workload.metadata.name ?? ''}${more}`;
}

function idOf({ kind, metadata }: { kind: string } & Pick<LinkedWorkload, 'metadata'>): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

function keyOf({ manifest }: ProposedComponent): string {
  return `${manifest.metadata.namespace}/${manifest.metadata.name}`;
}
