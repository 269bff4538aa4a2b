import type { EntityResource, WorkloadStatus } from '@portolan/crds';
import type { ClusterReader, RawObject } from '../kubernetes/cluster-reader.ts';
import { toResource } from './seed.ts';

/** A reader of objects in memory that notes what is asked for, and fails where it is told to. */
export interface StoredReader extends ClusterReader {
  readonly reads: readonly string[];
  /** Asked before every read; what it gives is thrown. */
  fault: ((verb: 'get' | 'list', plural: string) => Error | undefined) | undefined;
}

export function storedReader(objects: readonly RawObject[]): StoredReader {
  const reads: string[] = [];
  const check = (verb: 'get' | 'list', plural: string, signal: AbortSignal): void => {
    signal.throwIfAborted();
    const fault = reader.fault?.(verb, plural);
    if (fault !== undefined) throw fault;
  };
  const reader: StoredReader = {
    reads,
    fault: undefined,
    get: async ({ resource, namespace, name }, signal) => {
      reads.push(`get ${resource.plural} ${namespace}/${name}`);
      check('get', resource.plural, signal);
      return objects.find(
        ({ kind, metadata }) => kind === resource.kind && metadata.namespace === namespace && metadata.name === name,
      );
    },
    list: async ({ resource, namespace, labelSelector = '', fieldSelector }, signal) => {
      reads.push(`list ${resource.plural} ${namespace}?${labelSelector}`);
      check('list', resource.plural, signal);
      const items = objects.filter(
        ({ kind, metadata }) =>
          kind === resource.kind && metadata.namespace === namespace && matches(metadata.labels ?? {}, labelSelector),
      );
      const selected = items.filter((each) => fieldSelector === undefined || fieldSelector === involvedUid(each));
      return { items: selected, isPartial: false };
    },
  };
  return reader;
}

/** The one field by which anything is selected. */
function involvedUid(event: RawObject): string {
  return `involvedObject.uid=${(event['involvedObject'] as { uid?: string } | undefined)?.uid}`;
}

/** Equalities only: what workloads of tests have. */
function matches(labels: Readonly<Record<string, string>>, selector: string): boolean {
  return selector
    .split(',')
    .filter((each) => each !== '')
    .every((each) => {
      const [key = '', value] = each.split('=');
      return labels[key] === value;
    });
}

/** An item of a status, as the operator writes it. */
export function linked(kind: string, name: string, rest: Partial<WorkloadStatus> = {}): WorkloadStatus {
  return {
    kind,
    namespace: 'shop',
    name,
    link: 'Name',
    desired: 1,
    ready: 1,
    verdict: 'Healthy',
    reason: 'Available',
    ...rest,
  };
}

/** A Component in namespace `shop` whose status links these objects. */
export function componentWith(
  items: readonly WorkloadStatus[],
  rest: { name?: string; annotations?: Record<string, string>; spec?: object } = {},
): EntityResource {
  const { name = 'web', annotations, spec } = rest;
  const resource = toResource(
    {
      kind: 'Component',
      name,
      namespace: 'shop',
      spec: { type: 'service', lifecycle: 'production', owner: 'team', ...spec },
      ...(annotations && { annotations }),
    },
    1,
  );
  const total = items.length;
  return { ...resource, status: { workloads: { total, desired: total, ready: total, items: [...items] } } };
}

/** An object as the API server would send it, owned by the given one. */
export function objectOf(
  kind: string,
  name: string,
  rest: {
    namespace?: string;
    uid?: string;
    labels?: Record<string, string>;
    owner?: RawObject;
    controller?: boolean;
    created?: string;
    spec?: unknown;
    status?: unknown;
  } = {},
): RawObject {
  const { namespace = 'shop', uid = `uid-${namespace}-${kind}-${name}`, labels, owner, controller = true } = rest;
  return {
    kind,
    metadata: {
      name,
      namespace,
      uid,
      creationTimestamp: rest.created ?? '2026-01-01T00:00:00Z',
      ...(labels && { labels }),
      ...(owner && {
        ownerReferences: [
          {
            apiVersion: 'v1',
            kind: owner.kind ?? '',
            name: owner.metadata.name,
            uid: owner.metadata.uid ?? '',
            controller,
          },
        ],
      }),
    },
    spec: rest.spec ?? {},
    status: rest.status ?? {},
  };
}

/** A Deployment `web` with its current ReplicaSet and one pod. */
export function deploymentWeb(): { deployment: RawObject; replicaSet: RawObject; pod: RawObject } {
  const labels = { app: 'web' };
  const container = {
    name: 'main',
    image: 'registry.example.com/web:1',
    args: ['--token=hunter2'],
    env: [{ name: 'PASSWORD', value: 'hunter2' }],
  };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template: { spec: { containers: [container] } } };
  const deployment = objectOf('Deployment', 'web', { spec });
  const replicaSet = objectOf('ReplicaSet', 'web-1', { labels, owner: deployment, spec });
  const pod = objectOf('Pod', 'web-1-a', { labels, owner: replicaSet, spec: { containers: [container] } });
  return { deployment, replicaSet, pod };
}
