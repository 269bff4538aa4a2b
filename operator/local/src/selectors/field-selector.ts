import { badRequest } from '../errors.ts';
import { at } from '../json.ts';
import type { KubernetesObject } from '../objects.ts';
import type { Resource } from '../resources/resource.ts';

interface Requirement {
  field: string;
  isEqual: boolean;
  value: string;
}

/**
 * A field selector as URLs carry it: `metadata.name=a,spec.type!=b`.
 * @throws {ApiError} `BadRequest` when it does not parse, or names a field that the resource does not offer
 */
export function parseFieldSelector(text: string, resource: Resource): (object: KubernetesObject) => boolean {
  const requirements = split(text);
  for (const { field } of requirements) {
    const isOffered =
      field === 'metadata.name' ||
      (field === 'metadata.namespace' && resource.namespaced) ||
      resource.selectableFields.includes(field);
    if (!isOffered) throw badRequest(`field label not supported: ${field}`);
  }
  return (object) => requirements.every(({ field, isEqual, value }) => (valueAt(object, field) === value) === isEqual);
}

function valueAt(object: KubernetesObject, field: string): string {
  const value = at(object, field.split('.'));
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

function split(text: string): Requirement[] {
  // A backslash escapes commas, equals signs and itself.
  const parts = text.match(/(?:\\.|[^,\\])+/g) ?? [];
  return parts.map((part) => {
    const match = /^((?:\\.|[^=!\\])+)(==|!=|=)(.*)$/.exec(part);
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    const [, field = '', operator, value = ''] = match;
    return { field: field.trim(), isEqual: operator !== '!=', value: value.replaceAll(/\\(.)/g, '$1') };
  });
}
