/** Translates between namespaces of the cluster and of the catalog. */
export interface NamespaceMapping {
  toCatalog(namespace: string): string;
  toKubernetes(namespace: string): string;
}

const catalogDefault = 'default';

/**
 * Entity namespaces are Kubernetes namespaces, but for one: `defaultNamespace` is shown as `default`, because many
 * clusters forbid objects in the namespace of that name.
 */
export function createNamespaceMapping(options: { defaultNamespace?: string | undefined } = {}): NamespaceMapping {
  const { defaultNamespace = catalogDefault } = options;
  return {
    toCatalog: (namespace) => (namespace === defaultNamespace ? catalogDefault : namespace),
    toKubernetes: (namespace) => (namespace === catalogDefault ? defaultNamespace : namespace),
  };
}
