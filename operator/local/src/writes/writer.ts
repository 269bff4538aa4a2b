import type { Clock } from '../clock.ts';
import { alreadyExists, ApiError, badRequest, conflict, invalid, notFound } from '../errors.ts';
import { equal, without, type Json, type JsonObject } from '../json.ts';
import {
  keyOf,
  timestamp,
  withMetadata,
  type KubernetesObject,
  type ObjectMeta,
  type StoredObject,
} from '../objects.ts';
import { storageKey, type Resource } from '../resources/resource.ts';
import type { Store } from '../store/store.ts';
import { requireValid } from './admission.ts';
import { withBuiltinDefaults } from './builtin-defaults.ts';
import { generatedName, newUid } from './names.ts';
import type { WriteOptions } from './write-options.ts';

/** What one write is about. */
export interface Target {
  resource: Resource;
  /** Undefined for resources without namespaces. */
  namespace: string | undefined;
  name: string;
}

export interface Preconditions {
  uid?: string;
  resourceVersion?: string;
}

/** Writes with all that the API server does besides storing: identity, versions, generation, finalizers. */
export interface Writer {
  /** @throws {ApiError} `AlreadyExists`, `Invalid`, `Forbidden`, `NotFound` (its namespace), `BadRequest` */
  create(
    resource: Resource,
    namespace: string | undefined,
    object: KubernetesObject,
    options: WriteOptions,
  ): StoredObject;
  /**
   * Replaces an object, or its status only. A write that changes nothing keeps the version.
   * @throws {ApiError} `NotFound`, `Conflict`, `Invalid`, `BadRequest`
   */
  update(target: Target, object: KubernetesObject, options: WriteOptions & { status: boolean }): StoredObject;
  /**
   * Removes an object, or marks it when finalizers hold it.
   * @throws {ApiError} `NotFound`, `Conflict`
   */
  remove(
    target: Target,
    options: { dryRun: boolean; preconditions?: Preconditions },
  ): { object: StoredObject; gone: boolean };
}

/** Told after something was written, for what follows from it: namespaces that empty, CRDs that appear. */
export type AfterWrite = (
  resource: Resource,
  object: StoredObject,
  what: 'created' | 'updated' | 'marked' | 'gone',
) => void;

export function createWriter(context: {
  store: Store;
  clock: Clock;
  random: () => number;
  afterWrite: AfterWrite;
}): Writer {
  const { store, clock, random, afterWrite } = context;

  const existing = ({ resource, namespace, name }: Target): StoredObject => {
    const found = store.get(storageKey(resource), keyOf(namespace, name));
    if (found === undefined) throw notFound(resource, name);
    return found;
  };
  const dropStored = (resource: Resource, object: StoredObject): StoredObject => {
    const { namespace, name } = object.metadata;
    const last = store.remove(storageKey(resource), keyOf(namespace, name)) ?? object;
    afterWrite(resource, last, 'gone');
    return last;
  };

  return {
    create: (resource, namespace, object, options) => {
      const { metadata } = object;
      if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') {
        // The API server says so with this code.
        throw new ApiError('InternalError', 'resourceVersion should not be set on objects to be created');
      }
      requireSameNamespace(metadata, namespace);
      const name = metadata.name ?? generatedName(metadata.generateName, random);
      if (name === undefined) {
        const message = 'Required value: name or generateName is required';
        throw invalid(resource, '', [{ reason: 'FieldValueRequired', message, field: 'metadata.name' }]);
      }
      const identified = withMetadata(
        resource.statusSubresource && resource.custom ? (without(object, 'status') as KubernetesObject) : object,
        {
          name,
          namespace,
          uid: newUid(random),
          resourceVersion: undefined,
          creationTimestamp: timestamp(clock.now()),
          deletionTimestamp: undefined,
          deletionGracePeriodSeconds: undefined,
          generation: resource.hasGeneration ? 1 : undefined,
        },
      );
      const created = withBuiltinDefaults(resource, identified);
      requireValid(created, resource);
      if (namespace !== undefined) requireOpenNamespace(store, resource, namespace, name);
      if (store.get(storageKey(resource), keyOf(namespace, name)) !== undefined) throw alreadyExists(resource, name);
      if (options.dryRun) return created as StoredObject;
      const stored = store.put(storageKey(resource), created);
      afterWrite(resource, stored, 'created');
      return stored;
    },

    update: (target, object, options) => {
      const { resource, name } = target;
      const old = existing(target);
      requireSameNamespace(object.metadata, target.namespace);
      requirePreconditions(target, old, object.metadata, resource.custom);
      const next = nextState(old, object, { resource, status: options.status });
      requireKeptFinalizers(resource, old, next);
      requireValid(next, resource);
      if (isUnchanged(old, next)) return old;
      const finalizers = next.metadata.finalizers ?? [];
      const isReleased = old.metadata.deletionTimestamp !== undefined && finalizers.length === 0;
      if (options.dryRun) return withMetadata(next, { resourceVersion: old.metadata.resourceVersion }) as StoredObject;
      // What a watch shows is the state before the write that let it go, as the API server has it.
      if (isReleased && !isNamespace(resource)) return dropStored(resource, old);
      const stored = store.put(storageKey(resource), next);
      afterWrite(resource, stored, 'updated');
      return store.get(storageKey(resource), keyOf(target.namespace, name)) ?? stored;
    },

    remove: (target, { dryRun, preconditions = {} }) => {
      const { resource, name } = target;
      const old = existing(target);
      for (const field of ['uid', 'resourceVersion'] as const) {
        const wanted = preconditions[field];
        const label = field === 'uid' ? 'UID' : 'ResourceVersion';
        if (wanted !== undefined && wanted !== old.metadata[field]) {
          throw conflict(
            resource,
            name,
            `Precondition failed: ${label} in precondition: ${wanted}, ${label} in object meta: ${old.metadata[field]}`,
          );
        }
      }
      const isHeld = (old.metadata.finalizers ?? []).length > 0 || isNamespace(resource);
      if (!isHeld) return { object: dryRun ? old : dropStored(resource, old), gone: true };
      if (old.metadata.deletionTimestamp !== undefined || dryRun) return { object: old, gone: false };
      const { generation } = old.metadata;
      const marked = withMetadata(old, {
        deletionTimestamp: timestamp(clock.now()),
        deletionGracePeriodSeconds: isNamespace(resource) ? undefined : 0,
        generation: generation === undefined ? undefined : generation + 1,
      });
      const stored = store.put(
        storageKey(resource),
        isNamespace(resource) ? { ...marked, status: { phase: 'Terminating' } } : marked,
      );
      afterWrite(resource, stored, 'marked');
      return { object: stored, gone: false };
    },
  };
}

function isNamespace({ group, plural }: Resource): boolean {
  return group === '' && plural === 'namespaces';
}

function requireSameNamespace(metadata: ObjectMeta, namespace: string | undefined): void {
  if (metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

function requireOpenNamespace(store: Store, resource: Resource, namespace: string, name: string): void {
  const found = store.get('/namespaces', namespace);
  if (found === undefined) {
    throw new ApiError('NotFound', `namespaces "${namespace}" not found`, {
      details: { name: namespace, kind: 'namespaces' },
    });
  }
  if (found.metadata.deletionTimestamp === undefined) return;
  const { group, plural } = resource;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw new ApiError('Forbidden', `${group === '' ? plural : `${plural}.${group}`} "${name}" is forbidden: ${why}`, {
    details: {
      name,
      ...(group !== '' && { group }),
      kind: plural,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    },
  });
}

function requirePreconditions({ resource, name }: Target, old: StoredObject, sent: ObjectMeta, custom: boolean): void {
  if (sent.name !== undefined && sent.name !== name) {
    throw badRequest(`the name of the object (${sent.name}) does not match the name on the URL (${name})`);
  }
  if (sent.uid !== undefined && sent.uid !== old.metadata.uid) {
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${sent.uid}, UID in object meta: ${old.metadata.uid}`,
    );
  }
  const version = sent.resourceVersion ?? '';
  if (version === '' || version === '0') {
    if (!custom) return;
    const message = 'Invalid value: 0: must be specified for an update';
    throw invalid(resource, name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' }]);
  }
  if (version !== old.metadata.resourceVersion) throw conflict(resource, name);
}

function requireKeptFinalizers(resource: Resource, old: StoredObject, next: KubernetesObject): void {
  if (old.metadata.deletionTimestamp === undefined) return;
  const known = new Set(old.metadata.finalizers);
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
  if (added.length === 0) return;
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
  throw invalid(resource, old.metadata.name, [
    { reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' },
  ]);
}

/** The object as the write leaves it: what a client may not change is as it was. */
function nextState(
  old: StoredObject,
  sent: KubernetesObject,
  { resource, status }: { resource: Resource; status: boolean },
): KubernetesObject {
  const { managedFields } = sent.metadata;
  if (status) {
    return withMetadata(replaceField(old, 'status', sent['status']), {
      managedFields: (managedFields ?? old.metadata.managedFields) as Json | undefined,
    });
  }
  const body = resource.statusSubresource ? replaceField(sent, 'status', old['status']) : sent;
  const { name, namespace, uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation } =
    old.metadata;
  const isMoved = resource.hasGeneration && !equal(specOf(old, resource), specOf(body, resource));
  return withMetadata(body, {
    name,
    namespace,
    uid,
    resourceVersion: old.metadata.resourceVersion,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation: isMoved ? (generation ?? 0) + 1 : generation,
    managedFields: (managedFields ?? old.metadata.managedFields) as Json | undefined,
  });
}

function replaceField<T extends KubernetesObject>(object: T, name: string, value: Json | undefined): KubernetesObject {
  const rest = without(object, name) as unknown as KubernetesObject;
  return value === undefined ? rest : { ...rest, [name]: value };
}

/** What generation counts. */
function specOf(object: KubernetesObject, { statusSubresource, custom }: Resource): JsonObject {
  if (!custom) return { spec: object['spec'] };
  return without(object, 'metadata', ...(statusSubresource ? ['status'] : []));
}

/** Equal but for the times at which managers wrote. */
function isUnchanged(old: StoredObject, next: KubernetesObject): boolean {
  const timeless = (object: KubernetesObject): JsonObject =>
    withMetadata(object, {
      managedFields: object.metadata.managedFields?.map((entry) => without(entry, 'time')),
    });
  return equal(timeless(old), timeless(next));
}
