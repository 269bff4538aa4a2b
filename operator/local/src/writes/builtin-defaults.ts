import { withMetadata, type KubernetesObject } from '../objects.ts';
import { storageKey, type Resource } from '../resources/resource.ts';

/** What the API server fills in when an object of some built-in kinds is created. */
export function withBuiltinDefaults(resource: Resource, object: KubernetesObject): KubernetesObject {
  switch (storageKey(resource)) {
    case '/namespaces': {
      const { labels, name = '' } = object.metadata;
      const labelled = withMetadata(object, { labels: { ...labels, 'kubernetes.io/metadata.name': name } });
      return { ...labelled, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
    }
    case '/pods':
      return object['status'] === undefined ? { ...object, status: { phase: 'Pending' } } : object;
    default:
      return object;
  }
}
