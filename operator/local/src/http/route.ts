import type { Registry } from '../resources/registry.ts';
import type { Resource } from '../resources/resource.ts';

/** What a URL of a resource names. */
export interface Route {
  resource: Resource;
  /** Undefined: all namespaces, or a resource without. */
  namespace: string | undefined;
  /** Undefined: the collection. */
  name: string | undefined;
  subresource: string | undefined;
}

/** Undefined when the path names no resource that is served. */
export function routeOf(path: string, registry: Registry): Route | undefined {
  const [root, ...parts] = path.split('/').slice(1).map(decode);
  if (root === 'api') return inGroup('', parts, registry);
  if (root !== 'apis') return undefined;
  const [group = '', ...rest] = parts;
  return inGroup(group, rest, registry);
}

function inGroup(group: string, [version = '', ...rest]: readonly string[], registry: Registry): Route | undefined {
  const find = (plural: string | undefined): Resource | undefined => registry.find(group, version, plural ?? '');
  const [first, second, third, ...more] = rest;
  const inNamespace = first === 'namespaces' && second !== undefined && third !== undefined ? find(third) : undefined;
  if (inNamespace?.namespaced === true) {
    const [name, subresource, ...tooMany] = more;
    return tooMany.length > 0 ? undefined : { resource: inNamespace, namespace: second, name, subresource };
  }
  const resource = find(first);
  if (resource === undefined || more.length > 0) return undefined;
  // A namespaced resource without a namespace is the collection over all namespaces.
  if (resource.namespaced && second !== undefined) return undefined;
  return { resource, namespace: undefined, name: second, subresource: third };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
