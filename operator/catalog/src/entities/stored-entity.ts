import type { Claim, EntityResource, EntityStatus, NamespaceMapping } from '@portolan/crds';
import type { CatalogEntity, EntityId } from '../model.ts';
import { type EntityBytes, holdBytes, joinBytes, withTail } from './entity-bytes.ts';
import { type Declaration, projectEntity } from './projection.ts';

/** An entity as the catalog holds it: names, declarations and bytes; the parsed form is not kept. */
export interface StoredEntity {
  readonly id: EntityId;
  readonly uid: string;
  readonly ref: string;
  readonly claim: Claim;
  readonly declarations: readonly Declaration[];
  /** The JSON without relations. */
  readonly body: EntityBytes;
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
  const { uid, creationTimestamp } = resource.metadata;
  return {
    entity,
    stored: {
      id,
      uid,
      ref,
      claim: { metadata: { uid, ...(creationTimestamp !== undefined && { creationTimestamp }) } },
      declarations,
      body: holdBytes(head, tailOf(status)),
      relations: undefined,
    },
  };
}

/** The same entity with another status; head and declarations are as they were. */
export function restate(stored: StoredEntity, status: EntityStatus): TakenIn {
  const { relations: _, ...rest } = parseBody(stored);
  const entity = { ...rest, status: { portolan: status } };
  return { entity, stored: { ...stored, body: withTail(stored.body, tailOf(entity.status)) } };
}

function tailOf(status: CatalogEntity['status']): string {
  return `],"status":${JSON.stringify(status)}}`;
}

/** The entity again, for building its rows; its relations are empty. */
export function parseBody({ body }: StoredEntity): CatalogEntity {
  return JSON.parse(joinBytes(body, Buffer.alloc(0)).toString()) as CatalogEntity;
}
