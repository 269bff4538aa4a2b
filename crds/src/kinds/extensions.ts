import type { EntityResource } from './entity-resource.ts';
import { kindInfo } from './kinds.ts';

/** Bound of the free-form fields of one object, together, as JSON in UTF-8. */
export const extensionsMaxBytes = 64 * 1024;
/** Bound of their depth; a scalar at the top level is depth 1. */
export const extensionsMaxDepth = 8;

/** Fields of Backstage's metadata that are declared elsewhere, and Kubernetes' own. */
const declaredMetadata: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'uid',
  'etag',
  'title',
  'description',
  'labels',
  'annotations',
  'tags',
  'links',
  'generateName',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'managedFields',
  'ownerReferences',
  'finalizers',
]);
/** Keys that mean something else to JavaScript than to everybody. */
const dangerous: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

type Extended = Pick<EntityResource, 'kind' | 'spec'>;

/** Keys of the free-form fields that repeat a declared field, e.g. `spec.extensions.owner`. */
export function reservedExtensionKeys({ kind, spec }: Extended): string[] {
  const declared = new Set(kindInfo(kind)?.specFields);
  const reservedIn = (field: 'extensions' | 'metadataExtensions', isReserved: (key: string) => boolean): string[] =>
    Object.keys(spec[field] ?? {})
      .filter((key) => isReserved(key) || dangerous.has(key))
      .map((key) => `spec.${field}.${key}`);
  return [
    ...reservedIn('extensions', (key) => declared.has(key)),
    ...reservedIn('metadataExtensions', (key) => declaredMetadata.has(key)),
  ];
}

/** What is wrong with the size or the depth of the free-form fields, in sentences that name the field and the fix. */
export function extensionFaults({ spec }: Pick<Extended, 'spec'>): string[] {
  const present = (['extensions', 'metadataExtensions'] as const).filter((field) => spec[field] !== undefined);
  if (present.length === 0) return [];
  const faults = present
    .filter((field) => isDeeper(spec[field], extensionsMaxDepth))
    .map((field) => `spec.${field} must have at most ${extensionsMaxDepth} levels; flatten it.`);
  const bytes = present.reduce((sum, field) => sum + Buffer.byteLength(JSON.stringify(spec[field])), 0);
  if (bytes > extensionsMaxBytes) {
    faults.push(
      `${present.map((field) => `spec.${field}`).join(' and ')} must have at most ${extensionsMaxBytes / 1024} KiB together and ${present.length > 1 ? 'have' : 'has'} ${Math.ceil(bytes / 1024)}; move what is large elsewhere and link it.`,
    );
  }
  return faults;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((each) => isDeeper(each, levels - 1));
}
