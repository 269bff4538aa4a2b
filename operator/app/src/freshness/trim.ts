import type { ClusterResource } from '@portolan/crds';
import type { KubernetesObject, Lease } from '@portolan/runtime';

/** What is kept of a Cluster. */
export function trimCluster(raw: unknown): ClusterResource {
  const { apiVersion, kind, metadata, spec, status } = raw as ClusterResource;
  const { name, namespace, uid, resourceVersion, generation } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion, ...(generation !== undefined && { generation }) },
    spec,
    ...(status !== undefined && { status }),
  };
}

/** What is kept of a Lease. */
export function trimLease(raw: unknown): KubernetesObject & Lease {
  const { metadata, spec } = raw as KubernetesObject & Lease;
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
    ...(spec !== undefined && { spec }),
  };
}
