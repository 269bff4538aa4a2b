/** Stores as informers would fill them, for tests of decisions: no API server, no time, everything else real. */
import {
  apiVersion,
  createNamespaceMapping,
  kindInfo,
  kinds,
  type EntityKind,
  type EntityResource,
} from '@portolan/crds';
import {
  createStore,
  type Informer,
  type KubernetesObject,
  type ResourceType,
  type SourceReason,
  type StoreIndexes,
  type WritableStore,
} from '@portolan/runtime';
import { createEntityStores, entityIndexes, type EntityStores } from '../entities/entity-stores.ts';
import { trimEntity, type TrimmedEntity } from '../entities/trimmed-entity.ts';
import { createLinker, linkIndexes, linkingKinds, type Linker } from '../workloads/links.ts';
import {
  createWorkloadInformers,
  type Inform,
  type WorkloadInformers,
  type WorkloadKindSetting,
} from '../workloads/workload-informers.ts';
import {
  createWorkloadStores,
  type Primary,
  type SourceState,
  type WorkloadStores,
} from '../workloads/workload-stores.ts';
import type { WorkloadKind } from '../workloads/trim.ts';

/** An entity as a test writes it. */
export interface EntityInput {
  kind: EntityKind;
  name: string;
  namespace?: string;
  spec?: object;
  annotations?: Record<string, string>;
  status?: EntityResource['status'];
  created?: string;
  uid?: string;
  /** The next one where absent. */
  resourceVersion?: string;
}

/** A workload as a test writes it. */
export interface WorkloadInput {
  kind?: WorkloadKind;
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  spec?: object;
  status?: object;
}

/** An object of the API, as far as stores need it. */
export interface RawObject {
  metadata: { name: string; namespace?: string } & Record<string, unknown>;
  [field: string]: unknown;
}

export interface World {
  entities: EntityStores;
  entityInformers: ReadonlyMap<EntityKind, Informer<TrimmedEntity>>;
  workloads: WorkloadStores;
  workloadInformers: WorkloadInformers;
  linker: Linker;
  /** Stores an entity, again with a higher resourceVersion when it is there, and returns it as stored. */
  put: (input: EntityInput) => TrimmedEntity;
  remove: (kind: EntityKind, key: string) => void;
  run: (input: WorkloadInput) => Primary;
  stop: (kind: WorkloadKind, key: string) => void;
  /** Stores an object of any watched kind as the API server would send it; its resourceVersion is filled in. */
  add: (kind: string, raw: RawObject, from?: { initial?: boolean }) => void;
  /** Removes an object of any watched kind by its key. */
  take: (kind: string, key: string) => void;
  addPod: (raw: object) => void;
  addReplicaSet: (raw: object) => void;
  addNamespace: (name: string, allowsLinksFrom?: string) => void;
  /** From now on the kind is in this state; `synced` is the start. */
  setState: (kind: string, state: SourceState) => void;
}

/** The namespace of everything that names none. */
export const home = 'home';

const specs: Record<EntityKind, object> = {
  Component: { type: 'service', lifecycle: 'production', owner: 'team' },
  API: { type: 'openapi', lifecycle: 'production', owner: 'team', definition: 'openapi: 3.1.0' },
  Resource: { type: 'database', owner: 'team' },
  System: { owner: 'team' },
  Domain: { owner: 'team' },
  Group: { type: 'team' },
  User: {},
};

/** Creates an empty world in which everything is synced; `kinds` are configured beside Kubernetes' own. */
export function createWorld(options: { kinds?: readonly WorkloadKindSetting[] } = {}): World {
  const namespaces = createNamespaceMapping();
  const states = new Map<string, SourceState>();
  let version = 0;

  const stateOf = (kind: string) => (): SourceState => states.get(kind) ?? 'synced';
  const entityFakes = new Map(
    kinds.map(({ kind }) => {
      const links = (linkingKinds as readonly string[]).includes(kind) ? linkIndexes : {};
      const resource = { group: '', version: 'v1', plural: `${kind.toLowerCase()}s`, kind, namespaced: true };
      const indexes = { ...entityIndexes, ...links };
      return [kind, createFake<TrimmedEntity>({ resource, indexes, state: stateOf(kind) })] as const;
    }),
  );
  const written = new Map<
    string,
    { put: (raw: unknown, from?: { initial?: boolean }) => void; remove: (key: string) => void }
  >();
  const inform: Inform = ({ resource, transform, indexes = {} }) => {
    const { store, informer } = createFake({ resource, indexes, state: stateOf(resource.kind) });
    written.set(resource.kind, {
      put: (raw, from) => store.put(transform(raw), { raw, ...from }),
      remove: (key) => store.remove(key),
    });
    return informer;
  };

  const entityInformers = new Map([...entityFakes].map(([kind, { informer }]) => [kind, informer] as const));
  const workloadInformers = createWorkloadInformers({
    inform,
    ...(options.kinds !== undefined && { kinds: options.kinds }),
    isClusterWide: true,
  });
  const entities = createEntityStores(entityInformers);
  const workloads = createWorkloadStores(workloadInformers);

  const entityFake = (kind: EntityKind) => entityFakes.get(kind) ?? fail(kind);
  const nextVersion = (): string => String((version += 1));
  const add: World['add'] = (kind, raw, from) => {
    const metadata = { uid: `${kind}-${raw.metadata.namespace ?? ''}-${raw.metadata.name}`, ...raw.metadata };
    (written.get(kind) ?? fail(kind)).put({ ...raw, metadata: { ...metadata, resourceVersion: nextVersion() } }, from);
  };
  const take: World['take'] = (kind, key) => (written.get(kind) ?? fail(kind)).remove(key);
  return {
    entities,
    entityInformers,
    workloads,
    workloadInformers,
    linker: createLinker(entities, workloads),
    put: (input) => {
      const resource = resourceOf(input, input.resourceVersion ?? nextVersion());
      const trimmed = trimEntity(resource, namespaces);
      entityFake(input.kind).store.put(trimmed, { raw: resource });
      return trimmed;
    },
    remove: (kind, key) => {
      entityFake(kind).store.remove(key);
    },
    run: (input) => {
      const { kind = 'Deployment', name, namespace = home } = input;
      add(kind, rawWorkload(input));
      return workloads.get(kind, `${namespace}/${name}`) ?? fail(kind);
    },
    stop: take,
    add,
    take,
    addPod: (raw) => add('Pod', raw as RawObject),
    addReplicaSet: (raw) => add('ReplicaSet', raw as RawObject),
    addNamespace: (name, allowsLinksFrom) => {
      const annotations = allowsLinksFrom === undefined ? {} : { 'portolan.dev/allow-links-from': allowsLinksFrom };
      add('Namespace', { metadata: { name, annotations } });
    },
    setState: (kind, state) => {
      states.set(kind, state);
    },
  };
}

interface Fake<T> {
  store: WritableStore<T>;
  informer: Informer<T>;
}

/** An informer over a store that the test writes. */
function createFake<T extends KubernetesObject>(options: {
  resource: ResourceType;
  indexes: StoreIndexes<T>;
  state: () => SourceState;
}): Fake<T> {
  const { resource, indexes, state } = options;
  const store = createStore<T>({ indexes, freeze: true });
  const informer: Informer<T> = {
    resource,
    store,
    synced: Promise.resolve(),
    isSynced: () => state() === 'synced',
    status: () => [
      {
        resource: resource.plural,
        synced: state() === 'synced',
        connected: state() === 'synced',
        since: '2026-01-01T00:00:00Z',
        ...reasonOf(state()),
      },
    ],
    run: async () => undefined,
  };
  return { store, informer };
}

function reasonOf(state: SourceState): { reason?: SourceReason } {
  switch (state) {
    case 'refused':
      return { reason: 'Forbidden' };
    case 'absent':
      return { reason: 'NotInstalled' };
    case 'failing':
      return { reason: 'Failed' };
    default:
      return {};
  }
}

function resourceOf(input: EntityInput, resourceVersion: string): EntityResource {
  const { kind, name, namespace = home, spec, annotations, status } = input;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      uid: input.uid ?? `${kindInfo(kind)?.singular ?? kind}-${namespace}-${name}`,
      resourceVersion,
      generation: 1,
      creationTimestamp: input.created ?? '2026-01-01T00:00:00Z',
      ...(annotations !== undefined && { annotations }),
    },
    spec: { ...specs[kind], ...spec } as EntityResource['spec'],
    ...(status !== undefined && { status }),
  };
}

/** As the API server would send it: one replica, rolled out, unless the input says otherwise. */
function rawWorkload(input: WorkloadInput): RawObject {
  const { name, namespace = home, labels = {}, annotations = {}, spec, status } = input;
  return {
    metadata: {
      name,
      namespace,
      labels,
      annotations,
      generation: 1,
    },
    spec: { replicas: 1, ...spec },
    status: {
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      conditions: [{ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }],
      ...status,
    },
  };
}

function fail(kind: string): never {
  throw new TypeError(`no store of ${kind}`);
}
