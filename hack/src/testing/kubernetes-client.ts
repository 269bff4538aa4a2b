/** Backstage's own Kubernetes client, as published, without the React components that its package brings along. */
import type { Entity } from '@backstage/catalog-model';
import type { CustomResourceMatcher, ObjectsByEntityResponse } from '@backstage/plugin-kubernetes-common';
import { publishedFile } from './published-file.ts';

const published = {
  name: '@backstage/plugin-kubernetes-react@0.6.2',
  integrity: 'sha512-J0M5MOBDD0W49zHiVeMbEhiqf54VuMh7C1XDczFZKZYIuH3FVqXO2mNoncyoLZZshccz8c7aEBjhI04whvZMsQ==',
};

/** What we call of the `KubernetesApi` of that package. */
export interface KubernetesClient {
  getClusters(): Promise<{ name: string; authProvider: string }[]>;
  getCluster(name: string): Promise<{ name: string; authProvider: string } | undefined>;
  getObjectsByEntity(body: { auth: object; entity: Entity }): Promise<ObjectsByEntityResponse>;
  getWorkloadsByEntity(request: { auth: object; entity: Entity }): Promise<ObjectsByEntityResponse>;
  getCustomObjectsByEntity(request: {
    auth: object;
    entity: Entity;
    customResources: CustomResourceMatcher[];
  }): Promise<ObjectsByEntityResponse>;
  proxy(options: { clusterName: string; path: string; init?: RequestInit }): Promise<Response>;
}

interface Pod {
  clusterName: string;
  namespace: string;
  podName: string;
}

/** What we call of the `KubernetesProxyApi` of that package. */
export interface KubernetesProxyClient {
  getPodLogs(pod: Pod & { containerName: string }): Promise<{ text: string }>;
  getEventsByInvolvedObjectName(options: {
    clusterName: string;
    involvedObjectName: string;
    namespace: string;
  }): Promise<unknown[]>;
  deletePod(pod: Pod): Promise<unknown>;
}

/** The clients against the server at `address`, as Backstage's app builds them. */
export async function kubernetesClients(
  address: string,
): Promise<{ client: KubernetesClient; proxy: KubernetesProxyClient }> {
  const clientFile = await publishedFile({ ...published, file: 'package/dist/api/KubernetesBackendClient.esm.js' });
  const proxyFile = await publishedFile({ ...published, file: 'package/dist/api/KubernetesProxyClient.esm.js' });
  const { KubernetesBackendClient } = (await import(clientFile)) as {
    KubernetesBackendClient: new (options: object) => KubernetesClient;
  };
  const { KubernetesProxyClient: ProxyClient } = (await import(proxyFile)) as {
    KubernetesProxyClient: new (options: object) => KubernetesProxyClient;
  };
  const client = new KubernetesBackendClient({
    discoveryApi: { getBaseUrl: async (plugin: string) => `${address}/api/${plugin}` },
    fetchApi: { fetch },
    kubernetesAuthProvidersApi: { getCredentials: async () => ({}) },
  });
  return { client, proxy: new ProxyClient({ kubernetesApi: client }) };
}
