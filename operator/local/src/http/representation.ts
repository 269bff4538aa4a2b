import type { Clock } from '../clock.ts';
import type { JsonObject } from '../json.ts';
import type { KubernetesObject } from '../objects.ts';
import { apiVersionOf, type Column, type Resource } from '../resources/resource.ts';
import { createTable } from './table.ts';

/** In which form objects leave: whole, their metadata only, or as rows of a table. */
export interface Representation {
  /** One object, answered alone or in an event. The first of a watch carries the table's columns. */
  object(object: KubernetesObject, options?: { isFirst?: boolean }): JsonObject;
  /** A list. `items` may be long: it is not copied. */
  list(
    items: readonly KubernetesObject[],
    metadata: JsonObject,
  ): { head: JsonObject; field: string; items: readonly JsonObject[] };
}

/** By the `Accept` header; its first entry that is known counts. */
export function representationOf(accept: string, resource: Resource, clock: Clock): Representation {
  for (const entry of accept.split(',')) {
    const parameters = new Map(
      entry.split(';').map((part) => part.trim().split('=', 2) as [string, string | undefined]),
    );
    const as = parameters.get('as');
    if (!parameters.has('application/json')) continue;
    if (as === 'Table' && parameters.get('v') === 'v1') return tableOf(resource, clock);
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return partial;
    if (as === undefined) break;
  }
  const apiVersion = apiVersionOf(resource);
  const whole = (object: KubernetesObject): JsonObject =>
    object.apiVersion === apiVersion ? object : { ...object, apiVersion };
  return {
    object: whole,
    list: (items, metadata) => ({
      head: { kind: resource.listKind, apiVersion, metadata },
      field: 'items',
      items: items.map(whole),
    }),
  };
}

const metaVersion = 'meta.k8s.io/v1';

const partial: Representation = {
  object: metadataOnly,
  list: (items, metadata) => ({
    head: { kind: 'PartialObjectMetadataList', apiVersion: metaVersion, metadata },
    field: 'items',
    items: items.map(metadataOnly),
  }),
};

function metadataOnly({ metadata }: KubernetesObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: metaVersion, metadata };
}

function tableOf(resource: Resource, clock: Clock): Representation {
  const table = createTable(columnsOf(resource), clock);
  const row = (object: KubernetesObject): JsonObject => ({ cells: table.cells(object), object: metadataOnly(object) });
  const head = (metadata: JsonObject, hasColumns: boolean): JsonObject => ({
    kind: 'Table',
    apiVersion: metaVersion,
    metadata,
    columnDefinitions: hasColumns ? table.definitions : [],
  });
  return {
    object: (object, { isFirst = true } = {}) => ({
      ...head({ resourceVersion: object.metadata.resourceVersion }, isFirst),
      rows: [row(object)],
    }),
    list: (items, metadata) => ({ head: head(metadata, true), field: 'rows', items: items.map(row) }),
  };
}

function columnsOf({ columns }: Resource): readonly Column[] {
  const name: Column = {
    name: 'Name',
    type: 'string',
    format: 'name',
    jsonPath: 'metadata.name',
    description: 'Name must be unique within a namespace.',
  };
  return [name, ...columns];
}
