import type { KubernetesObject } from '@portolan/runtime';
import {
  createdMs,
  list,
  record,
  strings,
  text,
  trimConditions,
  trimMetadata,
  type TrimmedCondition,
} from './trim-fields.ts';

/** What health reads of a Service. */
export interface TrimmedService extends KubernetesObject {
  kind: 'Service';
  type: string;
  /** Labels of the pods behind it; empty where it selects none. */
  selector: Readonly<Record<string, string>>;
  /** A load balancer has given it an address. */
  hasAddress: boolean;
  createdMs: number | undefined;
}

/** What health reads of an EndpointSlice. */
export interface TrimmedEndpointSlice extends KubernetesObject {
  kind: 'EndpointSlice';
  /** Name of the Service it belongs to. */
  service: string;
  ready: number;
  total: number;
}

/** What health reads of an Ingress. */
export interface TrimmedIngress extends KubernetesObject {
  kind: 'Ingress';
  className: string;
  hasAddress: boolean;
  /** Names of the Services that it leads to, each once. */
  backends: readonly string[];
  createdMs: number | undefined;
}

/** What one Gateway, or other parent, says about a route. */
export interface RouteParent {
  name: string;
  conditions: readonly TrimmedCondition[];
}

/** What health reads of a route of the Gateway API. */
export interface TrimmedRoute extends KubernetesObject {
  kind: string;
  /** Parents that the route asks for. */
  wanted: readonly string[];
  parents: readonly RouteParent[];
  /** Names of the Services of its namespace that it leads to, each once. */
  backends: readonly string[];
  createdMs: number | undefined;
}

export const serviceNameLabel = 'kubernetes.io/service-name';
const backendsKept = 20;
const endpointsRead = 1000;
const parentsKept = 10;

/** The transform of Services. */
export function trimService(raw: unknown): TrimmedService {
  const object = record(raw);
  const spec = record(object['spec']);
  return {
    kind: 'Service',
    metadata: trimMetadata(object),
    type: text(spec['type']) || 'ClusterIP',
    selector: Object.fromEntries(Object.entries(strings(spec['selector'])).slice(0, 20)),
    hasAddress: hasAddress(object),
    createdMs: createdMs(object),
  };
}

/** The transform of EndpointSlices; `ready` left out means ready, as the API says. */
export function trimEndpointSlice(raw: unknown): TrimmedEndpointSlice {
  const object = record(raw);
  const endpoints = list(object['endpoints']).slice(0, endpointsRead);
  return {
    kind: 'EndpointSlice',
    metadata: trimMetadata(object),
    service: text(strings(record(object['metadata'])['labels'])[serviceNameLabel]),
    ready: endpoints.filter((each) => record(record(each)['conditions'])['ready'] !== false).length,
    total: endpoints.length,
  };
}

/** The transform of Ingresses. */
export function trimIngress(raw: unknown): TrimmedIngress {
  const object = record(raw);
  const spec = record(object['spec']);
  const paths = list(spec['rules'])
    .slice(0, 200)
    .flatMap((rule) => list(record(record(rule)['http'])['paths']).slice(0, 200));
  const backends = [spec['defaultBackend'], ...paths.map((path) => record(path)['backend'])]
    .map((backend) => text(record(record(backend)['service'])['name']))
    .filter((name) => name !== '');
  return {
    kind: 'Ingress',
    metadata: trimMetadata(object),
    className:
      text(spec['ingressClassName']) ||
      text(strings(record(object['metadata'])['annotations'])['kubernetes.io/ingress.class']),
    hasAddress: hasAddress(object),
    backends: [...new Set(backends)].slice(0, backendsKept),
    createdMs: createdMs(object),
  };
}

/** Builds the transform of a kind of route: HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute. */
export function routeTrimmer(kind: string): (raw: unknown) => TrimmedRoute {
  return (raw) => {
    const object = record(raw);
    const metadata = trimMetadata(object);
    return {
      kind,
      metadata,
      wanted: list(record(object['spec'])['parentRefs'])
        .slice(0, parentsKept)
        .map((each) => text(record(each)['name']))
        .filter((name) => name !== ''),
      parents: list(record(object['status'])['parents'])
        .slice(0, parentsKept)
        .map(record)
        .map((parent) => ({
          name: text(record(parent['parentRef'])['name']),
          conditions: trimConditions(parent['conditions'], { generation: metadata.generation ?? 0 }),
        })),
      backends: routeBackends(object, metadata.namespace ?? ''),
      createdMs: createdMs(object),
    };
  };
}

/** Services of other namespaces are left out: what is there is not this namespace's to tell. */
function routeBackends(object: Record<string, unknown>, namespace: string): string[] {
  const refs = list(record(object['spec'])['rules'])
    .slice(0, 200)
    .flatMap((rule) => list(record(rule)['backendRefs']).slice(0, 200).map(record))
    .filter((ref) => (ref['kind'] ?? 'Service') === 'Service' && (ref['group'] ?? '') === '')
    .filter((ref) => (ref['namespace'] ?? namespace) === namespace);
  return [...new Set(refs.map((ref) => text(ref['name'])).filter((name) => name !== ''))].slice(0, backendsKept);
}

function hasAddress(object: Record<string, unknown>): boolean {
  return list(record(record(object['status'])['loadBalancer'])['ingress']).length > 0;
}
