import { resourceName, resourcePath, type ResourceType } from '@portolan/runtime';
import { ClusterReadError, type ClusterReader, type RawObject } from './cluster-reader.ts';
import { failureOf, type EntityObjects, type ReadFailure } from './entity-objects.ts';
import { quantity } from './quantity.ts';

/** What is used, asked for and allowed: cores, or bytes. 0 where nothing is set, as in Backstage. */
export interface Usage {
  currentUsage: number;
  requestTotal: number;
  limitTotal: number;
}

/** The usage of one pod, in Backstage's shape (`ClientPodStatus`). */
export interface PodUsage {
  /** What its clients look for: they have the pod itself already. */
  pod: { metadata: { name: string; namespace: string; uid: string } };
  cpu: Usage;
  memory: Usage;
  containers: readonly { container: string; cpuUsage: Usage; memoryUsage: Usage }[];
}

const metricsResource: ResourceType = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  plural: 'pods',
  kind: 'PodMetrics',
  namespaced: true,
};

/** What the pods of an entity use now. Nothing where the cluster has no metrics server; that is no failure. */
export async function readPodUsage(
  options: { reader: ClusterReader; objects: EntityObjects; callerClass: string },
  signal: AbortSignal,
): Promise<{ usage: readonly PodUsage[]; failures: readonly ReadFailure[] }> {
  const { reader, objects, callerClass } = options;
  if (!objects.owned.some(({ object }) => object.kind === 'Pod')) return { usage: [], failures: [] };
  const measured = new Map<string, RawObject>();
  const failures = new Map<string, ReadFailure>();
  for (const { namespace, labelSelector } of objects.podLists) {
    try {
      const read = { resource: metricsResource, namespace, labelSelector, callerClass };
      for (const item of (await reader.list(read, signal)).items) measured.set(keyOf(item), item);
    } catch (error) {
      if (error instanceof ClusterReadError && error.reason === 'NotInstalled') break;
      const path = resourcePath(metricsResource, { namespace });
      failures.set(path, failureOf(error, { resource: resourceName(metricsResource), path }));
    }
  }
  const usage = objects.owned.flatMap(({ object }) => {
    const metrics = object.kind === 'Pod' ? measured.get(keyOf(object)) : undefined;
    return metrics === undefined ? [] : [podUsage(object, metrics)];
  });
  return { usage, failures: [...failures.values()] };
}

/** Joins a pod and its metrics. Containers that are not measured count for what they ask for. */
export function podUsage(pod: RawObject, metrics: RawObject): PodUsage {
  const { name, namespace = '', uid = '' } = pod.metadata;
  const measured = list(metrics['containers']).map(record);
  const specs = list(record(pod['spec'])['containers']).map(record);
  const of = (resource: 'cpu' | 'memory') => (spec: Record<string, unknown>) => {
    const found = measured.find((each) => each['name'] === spec['name']);
    return usageOf(resource, { usage: record(found?.['usage']), resources: record(spec['resources']) });
  };
  const containers = specs
    .filter((spec) => measured.some((each) => each['name'] === spec['name']))
    .map((spec) => ({
      container: String(spec['name']),
      cpuUsage: of('cpu')(spec),
      memoryUsage: of('memory')(spec),
    }));
  return {
    pod: { metadata: { name, namespace, uid } },
    cpu: specs.map(of('cpu')).reduce(sum, none),
    memory: specs.map(of('memory')).reduce(sum, none),
    containers,
  };
}

const none: Usage = { currentUsage: 0, requestTotal: 0, limitTotal: 0 };

function usageOf(
  resource: 'cpu' | 'memory',
  { usage, resources }: { usage: Record<string, unknown>; resources: Record<string, unknown> },
): Usage {
  return {
    currentUsage: quantity(usage[resource]) ?? 0,
    requestTotal: quantity(record(resources['requests'])[resource]) ?? 0,
    limitTotal: quantity(record(resources['limits'])[resource]) ?? 0,
  };
}

function sum(a: Usage, b: Usage): Usage {
  return {
    currentUsage: a.currentUsage + b.currentUsage,
    requestTotal: a.requestTotal + b.requestTotal,
    limitTotal: a.limitTotal + b.limitTotal,
  };
}

function keyOf({ metadata }: RawObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
