import { at, isArray, isObject, type Json, type JsonObject } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import type { Column, Resource } from './resource.ts';

/** A CustomResourceDefinition, parsed. Only its group, names, scope and versions are read. */
export type CustomResourceDefinition = JsonObject;

/** What a CRD serves, one resource per served version. */
export function resourcesOf(definition: CustomResourceDefinition): Resource[] {
  const text = (path: string): string | undefined => {
    const found = at(definition, path.split('.'));
    return typeof found === 'string' ? found : undefined;
  };
  const kind = text('spec.names.kind') ?? '';
  return objectsOf(at(definition, ['spec', 'versions']))
    .filter((version) => version['served'] === true)
    .map((version) => {
      const statusSubresource = at(version, ['subresources', 'status']) !== undefined;
      const schema = at(version, ['schema', 'openAPIV3Schema']);
      return {
        group: text('spec.group') ?? '',
        version: textOf(version['name']),
        plural: text('spec.names.plural') ?? '',
        singular: text('spec.names.singular') ?? kind.toLowerCase(),
        kind,
        listKind: text('spec.names.listKind') ?? `${kind}List`,
        namespaced: text('spec.scope') === 'Namespaced',
        shortNames: stringsOf(at(definition, ['spec', 'names', 'shortNames'])),
        categories: stringsOf(at(definition, ['spec', 'names', 'categories'])),
        statusSubresource,
        hasGeneration: true,
        custom: true,
        ...(isObject(schema) && { schema: schema as Schema }),
        columns: columnsOf(version),
        selectableFields: objectsOf(version['selectableFields']).map((field) => pathOf(field['jsonPath'])),
      };
    });
}

function columnsOf(version: JsonObject): Column[] {
  const declared = objectsOf(version['additionalPrinterColumns']);
  // As the API server does: the age, unless the definition says something.
  if (declared.length === 0) return [{ name: 'Age', type: 'date', jsonPath: 'metadata.creationTimestamp' }];
  return declared.map(({ name, type, jsonPath, description, priority, format }) => ({
    name: textOf(name),
    type: textOf(type),
    jsonPath: pathOf(jsonPath),
    ...(typeof description === 'string' && { description }),
    ...(typeof priority === 'number' && { priority }),
    ...(typeof format === 'string' && { format }),
  }));
}

function pathOf(jsonPath: Json | undefined): string {
  return textOf(jsonPath).replace(/^\./, '');
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function objectsOf(value: Json | undefined): JsonObject[] {
  return isArray(value) ? value.filter((each) => isObject(each)) : [];
}

function stringsOf(value: Json | undefined): string[] {
  return isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
