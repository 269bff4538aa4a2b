import type { Clock } from './clock.ts';
import { isArray, isObject, type JsonObject } from './json.ts';
import { keyOf, timestamp, type KubernetesObject, type StoredObject } from './objects.ts';
import { builtins } from './resources/builtins.ts';
import { resourcesOf, type CustomResourceDefinition } from './resources/custom-resources.ts';
import { createRegistry, type Registry } from './resources/registry.ts';
import { storageKey } from './resources/resource.ts';
import { createStore, type Store } from './store/store.ts';
import { createPatcher, type Patcher } from './writes/patcher.ts';
import { createWriter, type AfterWrite, type Writer } from './writes/writer.ts';

/** Everything behind the HTTP interface. */
export interface Cluster {
  store: Store;
  registry: Registry;
  writer: Writer;
  patcher: Patcher;
}

export interface ClusterOptions {
  crds: readonly CustomResourceDefinition[];
  clock: Clock;
  random: () => number;
  /** Changes that each resource keeps for watches that resume. */
  historyLimit: number;
}

const namespacesKey = '/namespaces';
const definitionsKey = 'apiextensions.k8s.io/customresourcedefinitions';
const initialNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

const writeOptions = { dryRun: false, fieldValidation: 'Ignore', fieldManager: 'portolan-local' } as const;

/** A cluster with its first namespaces and the given CRDs. */
export function createCluster({ crds, clock, random, historyLimit }: ClusterOptions): Cluster {
  const store = createStore({ firstVersion: 1, historyLimit });
  const registry = createRegistry(builtins);
  let draining = false;

  /** Removes what a namespace holds, then the namespace, unless finalizers hold something. */
  const drain = (namespace: string): void => {
    draining = true;
    for (const key of store.resources()) {
      const resource = registry.byStorageKey(key);
      if (resource?.namespaced !== true) continue;
      for (const { metadata } of store.list(key) ?? []) {
        if (metadata.namespace === namespace)
          writer.remove({ resource, namespace, name: metadata.name }, { dryRun: false });
      }
    }
    draining = false;
    finishNamespace(namespace);
  };
  const finishNamespace = (namespace: string): void => {
    const isTerminating = store.get(namespacesKey, namespace)?.metadata.deletionTimestamp !== undefined;
    if (draining || !isTerminating) return;
    const isHeld = store
      .resources()
      .some((key) => store.list(key)?.some(({ metadata }) => metadata.namespace === namespace));
    const finalizers = store.get(namespacesKey, namespace)?.metadata.finalizers ?? [];
    if (!isHeld && finalizers.length === 0) store.remove(namespacesKey, namespace);
  };
  const establish = (definition: StoredObject): void => {
    const resources = resourcesOf(definition);
    const [first] = resources;
    if (first === undefined) return;
    registry.set(storageKey(first), resources);
    const status = establishedStatus(definition, clock);
    if (!isEstablished(definition)) store.put(definitionsKey, { ...definition, status });
  };
  const abolish = (definition: StoredObject): void => {
    const [first] = resourcesOf(definition);
    if (first === undefined) return;
    const key = storageKey(first);
    for (const { metadata } of store.list(key) ?? []) store.remove(key, keyOf(metadata.namespace, metadata.name));
    registry.set(key, []);
  };
  const afterWrite: AfterWrite = (resource, object, what) => {
    switch (storageKey(resource)) {
      case namespacesKey:
        if (what === 'marked') drain(object.metadata.name);
        else if (what === 'updated') finishNamespace(object.metadata.name);
        return;
      case definitionsKey:
        if (what === 'gone') abolish(object);
        else if (what !== 'marked') establish(object);
        return;
      default:
        if (what === 'gone' && object.metadata.namespace !== undefined) finishNamespace(object.metadata.namespace);
    }
  };

  const writer = createWriter({ store, clock, random, afterWrite });
  const create = (key: string, object: KubernetesObject): void => {
    const resource = registry.byStorageKey(key);
    if (resource !== undefined) writer.create(resource, undefined, object, writeOptions);
  };
  for (const name of initialNamespaces)
    create(namespacesKey, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const definition of crds) create(definitionsKey, definition as KubernetesObject);
  return { store, registry, writer, patcher: createPatcher({ store, writer, clock }) };
}

function isEstablished(definition: JsonObject): boolean {
  const status = definition['status'];
  const conditions = isObject(status) ? status['conditions'] : undefined;
  return isArray(conditions) && conditions.some((each) => isObject(each) && each['type'] === 'Established');
}

function establishedStatus(definition: KubernetesObject, clock: Clock): JsonObject {
  const lastTransitionTime = timestamp(clock.now());
  const spec = isObject(definition['spec']) ? definition['spec'] : {};
  const versions = isArray(spec['versions']) ? spec['versions'] : [];
  return {
    acceptedNames: spec['names'],
    conditions: [
      {
        type: 'NamesAccepted',
        status: 'True',
        reason: 'NoConflicts',
        message: 'no conflicts found',
        lastTransitionTime,
      },
      {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
        lastTransitionTime,
      },
    ],
    storedVersions: versions.flatMap((each) =>
      isObject(each) && each['storage'] === true ? [each['name'] ?? ''] : [],
    ),
  };
}
