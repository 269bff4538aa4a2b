import { apiVersion, type EntityKind } from '@portolan/crds';

/** Manifests as one would apply them, for tests against a real API server. */

export interface EntityOptions {
  kind: EntityKind;
  namespace: string;
  name: string;
  spec?: object;
  annotations?: Record<string, string>;
}

const required: Record<EntityKind, object> = {
  Component: { type: 'service', lifecycle: 'production', owner: 'team' },
  API: { type: 'openapi', lifecycle: 'production', owner: 'team', definition: 'openapi: 3.1.0' },
  Resource: { type: 'database', owner: 'team' },
  System: { owner: 'team' },
  Domain: { owner: 'team' },
  Group: { type: 'team' },
  User: {},
};

export function entity({ kind, namespace, name, spec, annotations }: EntityOptions): object {
  return { apiVersion, kind, metadata: { name, namespace, annotations }, spec: { ...required[kind], ...spec } };
}

export interface DeploymentOptions {
  namespace: string;
  name: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  replicas?: number;
  image?: string;
  /** What kwok's stages do with its pods; see hack/samples/README.md. */
  behaviour?: string;
}

/** A Deployment whose pods run on the nodes that kwok plays. */
export function deployment(options: DeploymentOptions): object {
  const { namespace, name, labels, annotations, replicas = 1, image = 'registry.example.com/app:1.0.0' } = options;
  const podLabels = {
    app: name,
    ...(options.behaviour !== undefined && { 'portolan.dev/sample-behaviour': options.behaviour }),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels, annotations },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: podLabels },
        spec: {
          nodeSelector: { type: 'kwok' },
          tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists', effect: 'NoSchedule' }],
          containers: [{ name: 'main', image }],
        },
      },
    },
  };
}

/** Many manifests as one document for `kubectl apply -f -`. */
export function listOf(...items: object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
