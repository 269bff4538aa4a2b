import { badRequest, invalid, type Cause } from '../errors.ts';
import { isObject, without, type JsonObject } from '../json.ts';
import type { KubernetesObject, ObjectMeta } from '../objects.ts';
import { apiVersionOf, type Resource } from '../resources/resource.ts';
import { withDefaults } from '../schema/defaults.ts';
import { pruneObject } from '../schema/prune.ts';
import { validate } from '../schema/validate.ts';
import type { WriteOptions } from './write-options.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const qualifiedName = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
/** Longest object name, and longest name of a namespace (RFC 1123). */
const nameLength = 253;
const labelLength = 63;
/** Total of keys and values, as the API server limits it. */
const annotationBytes = 256 * 1024;

/**
 * The object of a body, as the resource takes it: of its kind, pruned to the schema, with defaults.
 * @throws {ApiError} `BadRequest` when it is of another kind, or has unknown fields under strict validation
 */
export function admit(body: unknown, resource: Resource, options: WriteOptions, warn: Warn): KubernetesObject {
  if (!isObject(body as JsonObject)) throw badRequest('the body of the request must be an object');
  const object = body as JsonObject;
  const apiVersion = apiVersionOf(resource);
  const sent = { apiVersion: object['apiVersion'], kind: object['kind'] };
  // Typed resources know what they are; custom ones must say so.
  if (resource.custom && sent.kind === undefined) {
    throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(object).slice(0, 200)}'`);
  }
  if ((sent.apiVersion ?? apiVersion) !== apiVersion) {
    throw badRequest(
      `the API version in the data (${JSON.stringify(sent.apiVersion)}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (typeof sent.kind === 'string' && sent.kind !== resource.kind) {
    const message = `Invalid value: ${JSON.stringify(sent.kind)}: must be ${resource.kind}`;
    throw invalid({ ...resource, kind: sent.kind }, nameOf(object), [
      { reason: 'FieldValueInvalid', message, field: 'kind' },
    ]);
  }
  if (resource.kind === 'CustomResourceDefinition') warnOfRules(object, warn);
  const metadata = isObject(object['metadata']) ? (object['metadata'] as ObjectMeta) : {};
  return shape({ ...object, apiVersion, kind: resource.kind, metadata }, resource, options, warn);
}

function nameOf({ metadata }: JsonObject): string {
  const name = isObject(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

/** Says something to the client in a `Warning` header. */
export type Warn = (text: string) => void;

function shape(object: KubernetesObject, resource: Resource, options: WriteOptions, warn: Warn): KubernetesObject {
  if (resource.schema === undefined) return object;
  const pruned = pruneObject(object, resource.schema);
  if (pruned.removed.length > 0) {
    const unknown = pruned.removed.map((path) => `unknown field ${JSON.stringify(path)}`);
    if (options.fieldValidation === 'Strict') {
      const { kind, version } = resource;
      throw badRequest(
        `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: strict decoding error: ${unknown.join(', ')}`,
      );
    }
    if (options.fieldValidation === 'Warn') for (const text of unknown) warn(text);
  }
  return withDefaults(pruned.object, resource.schema) as KubernetesObject;
}

/** @throws {ApiError} `Invalid` with every cause */
export function requireValid(object: KubernetesObject, resource: Resource): void {
  const { name = '', namespace: _namespace } = object.metadata;
  const causes = [...metadataCauses(object.metadata, resource), ...schemaCauses(object, resource)];
  if (causes.length > 0) throw invalid(resource, name, causes);
}

function schemaCauses(object: KubernetesObject, resource: Resource): Required<Cause>[] {
  return resource.schema === undefined
    ? []
    : validate(without(object, 'metadata'), without(resource.schema, 'metadata'));
}

function metadataCauses(metadata: ObjectMeta, resource: Resource): Required<Cause>[] {
  const causes: Required<Cause>[] = [];
  const wrong = (field: string, value: unknown, what: string): void => {
    const message = `Invalid value: ${JSON.stringify(value)}: ${what}`;
    causes.push({ reason: 'FieldValueInvalid', message, field: `metadata.${field}` });
  };
  const { name = '' } = metadata;
  // Names of roles are path segments, nothing more.
  const isFreeName = resource.group === 'rbac.authorization.k8s.io';
  const isLabel = resource.group === '' && (resource.plural === 'namespaces' || resource.plural === 'services');
  const [pattern, length] = isLabel ? [label, labelLength] : [subdomain, nameLength];
  if (!isFreeName && (!pattern.test(name) || name.length > length)) {
    wrong(
      'name',
      name,
      `a lowercase RFC 1123 ${isLabel ? 'label' : 'subdomain'} must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character, at most ${length} characters`,
    );
  }
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (!qualifiedName.test(key))
      wrong('labels', key, "name part must consist of alphanumeric characters, '-', '_' or '.'");
    if (!labelValue.test(value))
      wrong(
        'labels',
        value,
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      );
  }
  let bytes = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
    if (!qualifiedName.test(key.toLowerCase()))
      wrong('annotations', key, "name part must consist of alphanumeric characters, '-', '_' or '.'");
  }
  if (bytes > annotationBytes) {
    const message = `Too long: may not be more than ${annotationBytes} bytes`;
    causes.push({ reason: 'FieldValueTooLong', message, field: 'metadata.annotations' });
  }
  return causes;
}

/** Says which part of a CRD has no effect here. */
function warnOfRules(definition: JsonObject, warn: Warn): void {
  const count = JSON.stringify(definition).split('"x-kubernetes-validations"').length - 1;
  if (count > 0) warn(`CEL rules are not evaluated by this server; the definition has ${count} lists of them`);
}
