/** What every Kubernetes object has. Transforms may drop the rest, never `name`, `namespace`, `uid`, `resourceVersion`. */
export interface KubernetesObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    creationTimestamp?: string;
    deletionTimestamp?: string;
    ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
  };
}

/** One resource of the API, as discovery names it. */
export interface ResourceType {
  /** Empty for the core group. */
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
}

/** Key of an object in its store: `namespace/name`, or `name` for a cluster-scoped one (client-go's convention). */
export function objectKey(object: { metadata: { namespace?: string; name: string } }): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** The resource's full name: `pods`, `components.portolan.dev`. */
export function resourceName({ plural, group }: ResourceType): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** The `apiVersion` of the resource's objects. */
export function apiVersionOf({ group, version }: ResourceType): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Path of a resource's collection, or of one object and its subresource. Every part is percent-encoded. */
export function resourcePath(
  resource: ResourceType,
  target: { namespace?: string | undefined; name?: string; subresource?: string } = {},
): string {
  const { group, version, plural, namespaced } = resource;
  const { namespace, name, subresource } = target;
  const parts = group === '' ? ['api', version] : ['apis', group, version];
  if (namespaced && namespace !== undefined) parts.push('namespaces', namespace);
  parts.push(plural);
  if (name !== undefined) parts.push(name);
  if (name !== undefined && subresource !== undefined) parts.push(subresource);
  return `/${parts.map(encodeURIComponent).join('/')}`;
}
