import type { KubernetesObject } from '../objects.ts';
import { parseFieldSelector } from '../selectors/field-selector.ts';
import { parseLabelSelector } from '../selectors/label-selector.ts';
import type { Route } from './route.ts';

/** Which objects of a collection a request asks for. */
export interface Selection {
  matches: (object: KubernetesObject) => boolean;
  /** Whether selectors narrow it. */
  isNarrowed: boolean;
}

/** @throws {ApiError} `BadRequest` when a selector does not parse */
export function selectionOf({ resource, namespace, name }: Route, query: URLSearchParams): Selection {
  const labels = query.get('labelSelector') ?? '';
  const fields = query.get('fieldSelector') ?? '';
  const hasLabels = parseLabelSelector(labels);
  const hasFields = parseFieldSelector(fields, resource);
  const matches = (object: KubernetesObject): boolean =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    hasLabels(object.metadata.labels ?? {}) &&
    hasFields(object);
  return { matches, isNarrowed: labels !== '' || fields !== '' };
}
