import type { Schema } from '../schema/schema.ts';

/** A column of `kubectl get`. */
export interface Column {
  name: string;
  type: string;
  /** Without the leading dot, such as `spec.owner` or `status.conditions[?(@.type=="Ready")].status`. */
  jsonPath: string;
  description?: string;
  priority?: number;
  format?: string;
}

/** One resource in one version, as URLs name it. */
export interface Resource {
  /** Empty for the core group. */
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  listKind: string;
  namespaced: boolean;
  shortNames: readonly string[];
  categories: readonly string[];
  /** Has `/status`: writes of the object leave status alone, and writes of `/status` change nothing else. */
  statusSubresource: boolean;
  /** Whether `metadata.generation` is kept. */
  hasGeneration: boolean;
  /** A custom resource: validated, pruned, updates need a resourceVersion. */
  custom: boolean;
  /** Without one, whatever is sent is stored. */
  schema?: Schema;
  columns: readonly Column[];
  /** Field selectors beyond `metadata.name` and `metadata.namespace`, such as `spec.type`. */
  selectableFields: readonly string[];
}

/** `portolan.dev/v1alpha1`, or `v1`. */
export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Identity of what is stored, in whatever version it is asked for. */
export function storageKey({ group, plural }: Pick<Resource, 'group' | 'plural'>): string {
  return `${group}/${plural}`;
}
