import type { EntityKind, EntityResource } from '@portolan/crds';
import { createCatalog } from '../catalog.ts';
import type { Catalog, EntityId, FilterExpression } from '../model.ts';

interface Seed {
  kind?: EntityKind;
  name: string;
  namespace?: string;
  uid?: string;
  version?: number;
  created?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  spec?: object;
  status?: object;
}

/** A custom resource as the API server would hand it out; a Component with its name as uid unless said otherwise. */
export function resourceOf(seed: Seed): EntityResource {
  const { kind = 'Component', name, namespace = 'default', uid = name, version = 1, spec = {}, status } = seed;
  return {
    apiVersion: 'portolan.dev/v1alpha1',
    kind,
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion: String(version),
      creationTimestamp: seed.created ?? '2026-01-01T00:00:00Z',
      ...(seed.labels !== undefined && { labels: seed.labels }),
      ...(seed.annotations !== undefined && { annotations: seed.annotations }),
    },
    spec: spec as EntityResource['spec'],
    ...(status !== undefined && { status: status as NonNullable<EntityResource['status']> }),
  };
}

export function upsert(catalog: Catalog, ...seeds: readonly Seed[]): void {
  catalog.apply(seeds.map((seed) => ({ type: 'upsert', resource: resourceOf(seed) })));
}

export function catalogOf(...seeds: readonly Seed[]): Catalog {
  const catalog = createCatalog();
  upsert(catalog, ...seeds);
  return catalog;
}

export function uidsOf(catalog: Catalog, ids: readonly EntityId[]): string[] {
  return ids.map((id) => catalog.entity(id).metadata.uid);
}

/** The uids of all entities that match, in order of uid. */
export function matches(catalog: Catalog, filter: FilterExpression): string[] {
  return uidsOf(catalog, catalog.query({ filter }).ids);
}

/** The id of the entity that serves a ref; fails the test when there is none. */
export function idOf(catalog: Catalog, ref: string): EntityId {
  const id = catalog.byRef(ref);
  if (id === undefined) {
    throw new Error(`the test has no ${ref}`);
  }
  return id;
}

/** Relations of the entity with this ref, as `type ref`. */
export function relationsOf(catalog: Catalog, ref: string): string[] {
  return catalog.entity(idOf(catalog, ref)).relations.map(({ type, targetRef }) => `${type} ${targetRef}`);
}
