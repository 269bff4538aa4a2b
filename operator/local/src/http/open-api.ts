import type { JsonObject } from '../json.ts';
import type { Registry } from '../resources/registry.ts';
import { apiVersionOf, type Resource } from '../resources/resource.ts';

/**
 * The part of OpenAPI v3 that kubectl looks at before it writes: which operations take `fieldValidation`. Undefined for
 * other paths.
 */
export function openApiDocument(path: string, registry: Registry): JsonObject | undefined {
  const resources = registry.all();
  if (path === '/openapi/v3') {
    const paths = [...new Set(resources.map(folderOf))].map((folder) => [
      folder,
      { serverRelativeURL: `/openapi/v3/${folder}` },
    ]);
    return { paths: Object.fromEntries(paths) as JsonObject };
  }
  const folder = /^\/openapi\/v3\/(.+)$/.exec(path)?.[1];
  const found = resources.filter((resource) => folderOf(resource) === folder);
  if (found.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'local' },
    paths: Object.fromEntries(found.map((resource) => [pathOf(resource), operationsOf(resource)])),
  };
}

function folderOf({ group, version }: Resource): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

function pathOf(resource: Resource): string {
  const scope = resource.namespaced ? 'namespaces/{namespace}/' : '';
  return `/${folderOf(resource)}/${scope}${resource.plural}/{name}`;
}

function operationsOf(resource: Resource): JsonObject {
  const { group, version, kind } = resource;
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
    name,
    in: 'query',
    schema: { type: 'string', uniqueItems: true },
  }));
  const operation = {
    parameters,
    responses: { 200: { description: apiVersionOf(resource) } },
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
  return { patch: { ...operation, 'x-kubernetes-action': 'patch' } };
}
