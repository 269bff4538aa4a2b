import { parse as parseYaml } from 'yaml';
import type { Clock } from '../clock.ts';
import { ApiError, badRequest, invalid, notFound } from '../errors.ts';
import { isObject, without, type Json, type JsonObject } from '../json.ts';
import {
  keyOf,
  timestamp,
  withMetadata,
  type KubernetesObject,
  type ManagedFieldsEntry,
  type StoredObject,
} from '../objects.ts';
import { applyPatch, fieldSetOf, withoutTaken } from '../patch/apply-patch.ts';
import { jsonPatch, PatchError } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { apiVersionOf, storageKey, type Resource } from '../resources/resource.ts';
import type { Schema } from '../schema/schema.ts';
import type { Store } from '../store/store.ts';
import { admit, type Warn } from './admission.ts';
import type { WriteOptions } from './write-options.ts';
import type { Target, Writer } from './writer.ts';

export const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export interface PatchOptions extends WriteOptions {
  contentType: string;
  /** Through `/status`. */
  status: boolean;
  warn: Warn;
}

export interface Patcher {
  /**
   * @throws {ApiError} `UnsupportedMediaType`, `BadRequest`, `Invalid` and those of {@link Writer}
   */
  patch(target: Target, text: string, options: PatchOptions): { object: StoredObject; created: boolean };
}

export function createPatcher(context: { store: Store; writer: Writer; clock: Clock }): Patcher {
  const { store, writer, clock } = context;

  const patchExisting = (target: Target, old: StoredObject, text: string, options: PatchOptions): StoredObject => {
    const patch = parseJson(text);
    const patched =
      options.contentType === patchTypes.json ? applyJsonPatch(old, patch, target) : mergePatch(old, patch);
    const object = admit(patched, target.resource, options, options.warn);
    return writer.update(target, object, options);
  };

  const apply = (target: Target, old: StoredObject | undefined, text: string, options: PatchOptions) => {
    const { resource, namespace, name } = target;
    const applied = appliedOf(target, text, options);
    const schema = schemaForApply(resource);
    const entries = old?.metadata.managedFields ?? [];
    const entry: ManagedFieldsEntry = {
      manager: options.fieldManager,
      operation: 'Apply',
      apiVersion: apiVersionOf(resource),
      time: timestamp(clock.now()),
      fieldsType: 'FieldsV1',
      fieldsV1: fieldSetOf(withoutIdentity(applied), schema),
      ...(options.status && { subresource: 'status' }),
    };
    const isOwn = (each: ManagedFieldsEntry): boolean =>
      each.manager === entry.manager && each.operation === 'Apply' && each.subresource === entry.subresource;
    const own = entries.find(isOwn);
    const others = entries
      .filter((each) => !isOwn(each))
      .map((each) => ({ ...each, fieldsV1: withoutTaken(each.fieldsV1, { before: old, applied, schema }) }))
      .filter(({ fieldsV1 }) => Object.keys(fieldsV1).length > 0);
    const merged = applyPatch(old ?? {}, applied, {
      schema,
      ...(own !== undefined && { previous: own.fieldsV1 }),
      others: others.map(({ fieldsV1 }) => fieldsV1),
    });
    const admitted = admit(merged, resource, options, options.warn);
    const object = withMetadata(admitted, { managedFields: [...others, entry] });
    if (old !== undefined) return { object: writer.update(target, object, options), created: false };
    if (options.status) throw notFound(resource, name);
    const fresh = withMetadata(object, { name, resourceVersion: undefined });
    return { object: writer.create(resource, namespace, fresh, options), created: true };
  };

  return {
    patch: (target, text, options) => {
      const { resource, namespace, name } = target;
      const accepted: readonly string[] = Object.values(patchTypes).filter(
        (type) => type !== patchTypes.strategic || !resource.custom,
      );
      if (!accepted.includes(options.contentType)) {
        throw new ApiError(
          'UnsupportedMediaType',
          `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
        );
      }
      const old = store.get(storageKey(resource), keyOf(namespace, name));
      if (options.contentType === patchTypes.apply) return apply(target, old, text, options);
      if (old === undefined) throw notFound(resource, name);
      return { object: patchExisting(target, old, text, options), created: false };
    },
  };
}

/** The object that a client applies, checked for what an applied object must and must not say. */
function appliedOf({ resource, namespace, name }: Target, text: string, options: PatchOptions): KubernetesObject {
  if (options.fieldManager === '') {
    const message = 'Required value: is required for apply patch';
    const { group: _group, ...rest } = resource;
    const options_ = { ...rest, group: 'meta.k8s.io', kind: 'PatchOptions' };
    throw invalid(options_, '', [{ reason: 'FieldValueRequired', message, field: 'fieldManager' }]);
  }
  const parsed = parseApplied(text);
  const metadata = parsed.metadata;
  if (metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  if (metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const named = withMetadata(parsed, { name, namespace });
  if (options.status) {
    const { apiVersion, kind, metadata: identity, status } = named;
    return { apiVersion, kind, metadata: identity, ...(status !== undefined && { status }) };
  }
  return resource.statusSubresource ? (without(named, 'status') as KubernetesObject) : named;
}

function parseApplied(text: string): KubernetesObject {
  let parsed: unknown;
  try {
    parsed = text.startsWith('{') ? JSON.parse(text) : parseYaml(text);
  } catch (cause) {
    throw badRequest(`error decoding YAML: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const object = parsed as JsonObject;
  if (!isObject(object) || typeof object['kind'] !== 'string' || typeof object['apiVersion'] !== 'string') {
    throw badRequest('an applied object must have apiVersion and kind');
  }
  return { ...object, metadata: isObject(object['metadata']) ? object['metadata'] : {} } as KubernetesObject;
}

/** What field sets never name. */
function withoutIdentity(object: KubernetesObject): JsonObject {
  const metadata = without(
    object.metadata,
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'generation',
    'managedFields',
  );
  const rest = without(object, 'apiVersion', 'kind', 'metadata');
  return Object.keys(metadata).length === 0 ? rest : { metadata, ...rest };
}

const metadataSchema: Schema = {
  properties: {
    finalizers: { 'x-kubernetes-list-type': 'set' },
    ownerReferences: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['uid'] },
  },
};

function schemaForApply({ schema }: Resource): Schema {
  return { ...schema, properties: { ...schema?.properties, metadata: metadataSchema } };
}

function applyJsonPatch(old: StoredObject, patch: Json, { resource, name }: Target): Json {
  try {
    return jsonPatch(old, patch);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (error.code === 'PATCH_MALFORMED') throw badRequest(error.message);
    const { group, plural } = resource;
    throw new ApiError('Invalid', 'the server rejected our request due to an error in our request', {
      details: {
        name,
        ...(group !== '' && { group }),
        kind: plural,
        causes: [{ reason: 'FieldValueInvalid', message: error.message, field: 'patch' }],
      },
    });
  }
}

/** @throws {ApiError} `BadRequest` */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw badRequest(`the body of the request is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
