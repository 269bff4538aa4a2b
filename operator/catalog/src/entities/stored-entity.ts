import type { Claim, EntityResource, NamespaceMapping } from '@portolan/crds';
import type { CatalogEntity, EntityId } from '../model.ts';
import { type Declaration, projectEntity } from './projection.ts';

/** An entity as the catalog holds it: its JSON as bytes in two parts, with room for the relations between them. */
export interface StoredEntity {
  readonly id: EntityId;
  readonly uid: string;
  readonly ref: string;
  readonly claim: Claim;
  readonly declarations: readonly Declaration[];
  /** The JSON without relations, UTF-8. */
  readonly body: Buffer;
  /** Where in the body the relations belong. */
  readonly split: number;
  /** The JSON of the relations without brackets, as one who sees everything sees them; undefined when outdated. */
  relations: Buffer | undefined;
}

/** What a resource is made into; `entity` only lives until its rows are built. */
export interface TakenIn {
  stored: StoredEntity;
  entity: Omit<CatalogEntity, 'relations'>;
}

export function takeIn(id: EntityId, resource: EntityResource, namespaces: NamespaceMapping): TakenIn {
  const { ref, entity, declarations } = projectEntity(resource, namespaces);
  const { status, ...rest } = entity;
  const head = `${JSON.stringify(rest).slice(0, -1)},"relations":[`;
  const tail = `],"status":${JSON.stringify(status)}}`;
  const { uid, creationTimestamp } = resource.metadata;
  return {
    entity,
    stored: {
      id,
      uid,
      ref,
      claim: { metadata: { uid, ...(creationTimestamp !== undefined && { creationTimestamp }) } },
      declarations,
      body: Buffer.from(head + tail),
      split: Buffer.byteLength(head),
      relations: undefined,
    },
  };
}

/** The entity again, for building its rows; its relations are empty. */
export function parseBody({ body }: StoredEntity): CatalogEntity {
  return JSON.parse(body.toString()) as CatalogEntity;
}

/** The whole JSON, with these relations. */
export function joinBytes({ body, split }: StoredEntity, relations: Buffer): Buffer {
  return Buffer.concat([body.subarray(0, split), relations, body.subarray(split)], body.length + relations.length);
}
