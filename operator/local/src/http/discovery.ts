import type { JsonObject } from '../json.ts';
import type { Registry } from '../resources/registry.ts';
import { apiVersionOf, type Resource } from '../resources/resource.ts';

/** The version whose behaviour this follows. */
export const kubernetesVersion = { major: '1', minor: '37', gitVersion: 'v1.37.2+portolan-local' } as const;

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** The document of a discovery path; undefined when the path is none. */
export function discoveryDocument(path: string, registry: Registry): JsonObject | undefined {
  const resources = registry.all();
  const parts = path.split('/').slice(1);
  const [root, group = '', version] = parts;
  if (path === '/version') {
    return {
      ...kubernetesVersion,
      gitCommit: '',
      gitTreeState: '',
      buildDate: '',
      goVersion: '',
      compiler: '',
      platform: '',
    };
  }
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis') {
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groupsOf(resources).map((each) => groupOf(each, resources)),
    };
  }
  if (root === 'api' && group === 'v1' && parts.length === 2) return resourceList('v1', resources);
  if (root !== 'apis' || !groupsOf(resources).includes(group)) return undefined;
  if (parts.length === 2) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, resources) };
  return parts.length === 3 ? resourceList(`${group}/${version}`, resources) : undefined;
}

function groupsOf(resources: readonly Resource[]): string[] {
  const groups = new Set(resources.map(({ group }) => group).filter((group) => group !== ''));
  return [...groups, ...Object.keys(reviewsOf).map((each) => each.split('/')[0] ?? '')].toSorted();
}

function groupOf(group: string, resources: readonly Resource[]): JsonObject {
  const found = new Set(resources.filter((each) => each.group === group).map(({ version }) => version));
  const versions = (found.size === 0 ? ['v1'] : [...found]).map((version) => ({
    groupVersion: `${group}/${version}`,
    version,
  }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function resourceList(groupVersion: string, resources: readonly Resource[]): JsonObject | undefined {
  const found = resources.filter((each) => apiVersionOf(each) === groupVersion);
  const reviews = reviewsOf[groupVersion] ?? [];
  if (found.length === 0 && reviews.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: [...found.flatMap((each) => [describe(each), ...subresourcesOf(each)]), ...reviews.map(describeReview)],
  };
}

/** Kinds that are asked and not stored. */
const reviewsOf: Readonly<Record<string, readonly string[]>> = {
  'authentication.k8s.io/v1': ['TokenReview'],
  'authorization.k8s.io/v1': ['SelfSubjectAccessReview', 'SubjectAccessReview'],
};

function describeReview(kind: string): JsonObject {
  const name = `${kind.toLowerCase()}s`;
  return { name, singularName: kind.toLowerCase(), namespaced: false, kind, verbs: ['create'] };
}

function describe(resource: Resource): JsonObject {
  const { plural, singular, kind, namespaced, shortNames, categories } = resource;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
}

function subresourcesOf({ plural, kind, namespaced, statusSubresource, group }: Resource): JsonObject[] {
  const status = { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: ['get', 'patch', 'update'] };
  const token = {
    name: 'serviceaccounts/token',
    singularName: '',
    namespaced,
    group: 'authentication.k8s.io',
    version: 'v1',
    kind: 'TokenRequest',
    verbs: ['create'],
  };
  return [...(statusSubresource ? [status] : []), ...(group === '' && plural === 'serviceaccounts' ? [token] : [])];
}
