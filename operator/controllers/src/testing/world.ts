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
  type StoreIndexes,
  type WritableStore,
} from '@portolan/runtime';
import { createEntityStores, entityIndexes, type EntityStores } from '../entities/entity-stores.ts';
import { trimEntity, type TrimmedEntity } from '../entities/trimmed-entity.ts';
import { createLinker, linkIndexes, linkingKinds, type Linker } from '../workloads/links.ts';
import {
  trimNamespace,
  trimPod,
  trimReplicaSet,
  workloadKinds,
  workloadTrimmer,
  type TrimmedNamespace,
  type TrimmedPod,
  type TrimmedReplicaSet,
  type TrimmedWorkload,
  type WorkloadKind,
} from '../workloads/trim.ts';
import {
  createWorkloadStores,
  ownerIndexes,
  workloadIndexes,
  type SourceState,
  type WorkloadInformers,
  type WorkloadStores,
} from '../workloads/workload-stores.ts';

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

export interface World {
  entities: EntityStores;
  entityInformers: ReadonlyMap<EntityKind, Informer<TrimmedEntity>>;
  workloads: WorkloadStores;
  workloadInformers: WorkloadInformers;
  linker: Linker;
  /** Stores an entity, again with a higher resourceVersion when it is there, and returns it as stored. */
  put: (input: EntityInput) => TrimmedEntity;
  remove: (kind: EntityKind, key: string) => void;
  run: (input: WorkloadInput) => TrimmedWorkload;
  stop: (kind: WorkloadKind, key: string) => void;
  addPod: (raw: object) => void;
  addReplicaSet: (raw: object) => void;
  addNamespace: (name: string, allowsLinksFrom?: string) => void;
  /** From now on the kind is in this state; `synced` is the start. */
  setState: (kind: EntityKind | WorkloadKind, state: SourceState) => void;
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

/** Creates an empty world in which everything is synced. */
export function createWorld(): World {
  const namespaces = createNamespaceMapping();
  const states = new Map<string, SourceState>();
  let version = 0;

  const fakeInformer = <T extends KubernetesObject>(kind: string, indexes: StoreIndexes<T>): Fake<T> =>
    createFake({ kind, indexes, state: () => states.get(kind) ?? 'synced' });
  const entityFakes = new Map(
    kinds.map(({ kind }) => {
      const links = (linkingKinds as readonly string[]).includes(kind) ? linkIndexes : {};
      return [kind, fakeInformer<TrimmedEntity>(kind, { ...entityIndexes, ...links })] as const;
    }),
  );
  const workloadFakes = new Map(
    workloadKinds.map((kind) => [kind, fakeInformer<TrimmedWorkload>(kind, workloadIndexes)] as const),
  );
  const replicaSets = fakeInformer<TrimmedReplicaSet>('ReplicaSet', ownerIndexes);
  const pods = fakeInformer<TrimmedPod>('Pod', ownerIndexes);
  const namespaceFake = fakeInformer<TrimmedNamespace>('Namespace', {});

  const entityInformers = new Map([...entityFakes].map(([kind, { informer }]) => [kind, informer] as const));
  const workloadInformers: WorkloadInformers = {
    workloads: new Map([...workloadFakes].map(([kind, { informer }]) => [kind, informer] as const)),
    replicaSets: replicaSets.informer,
    pods: pods.informer,
    namespaces: namespaceFake.informer,
  };
  const entities = createEntityStores(entityInformers);
  const workloads = createWorkloadStores(workloadInformers);

  const entityFake = (kind: EntityKind) => entityFakes.get(kind) ?? fail(kind);
  const workloadFake = (kind: WorkloadKind) => workloadFakes.get(kind) ?? fail(kind);
  const nextVersion = (): string => String((version += 1));
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
      const kind = input.kind ?? 'Deployment';
      const trimmed = workloadTrimmer(kind)(rawWorkload(input, nextVersion()));
      workloadFake(kind).store.put(trimmed);
      return trimmed;
    },
    stop: (kind, key) => {
      workloadFake(kind).store.remove(key);
    },
    addPod: (raw) => {
      pods.store.put(trimPod(raw));
    },
    addReplicaSet: (raw) => {
      replicaSets.store.put(trimReplicaSet(raw));
    },
    addNamespace: (name, allowsLinksFrom) => {
      const annotations = allowsLinksFrom === undefined ? {} : { 'portolan.dev/allow-links-from': allowsLinksFrom };
      namespaceFake.store.put(
        trimNamespace({ metadata: { name, uid: `namespace-${name}`, resourceVersion: nextVersion(), annotations } }),
      );
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
  kind: string;
  indexes: StoreIndexes<T>;
  state: () => SourceState;
}): Fake<T> {
  const { kind, indexes, state } = options;
  const store = createStore<T>({ indexes, freeze: true });
  const resource = { group: '', version: 'v1', plural: `${kind.toLowerCase()}s`, kind, namespaced: true };
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
        ...(state() === 'refused' && { reason: 'Forbidden' as const }),
      },
    ],
    run: async () => undefined,
  };
  return { store, informer };
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
function rawWorkload(input: WorkloadInput, resourceVersion: string): object {
  const { kind = 'Deployment', name, namespace = home, labels = {}, annotations = {}, spec, status } = input;
  return {
    metadata: {
      name,
      namespace,
      labels,
      annotations,
      uid: `${kind}-${namespace}-${name}`,
      resourceVersion,
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
