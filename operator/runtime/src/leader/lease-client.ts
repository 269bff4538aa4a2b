import { RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { resourceName, resourcePath } from '../kubernetes/object.ts';
import type { Transport, TransportRequest } from '../transport/transport.ts';
import { leaseOf, leases, type Lease, type LeaseSpec } from './lease.ts';

/** Requests about one Lease. Failures are the transport's. */
export interface LeaseClient {
  get(signal?: AbortSignal): Promise<Lease>;
  create(spec: LeaseSpec): Promise<Lease>;
  /** Replaces the Lease that was observed, unless it has changed since: then the answer is 409. */
  update(observed: Lease, spec: LeaseSpec): Promise<Lease>;
}

/** Creates a {@link LeaseClient}; no request takes longer than `timeoutMs`. */
export function createLeaseClient(options: {
  transport: Pick<Transport, 'request'>;
  lease: { namespace: string; name: string };
  timeoutMs: number;
}): LeaseClient {
  const { transport, lease, timeoutMs } = options;
  const path = resourcePath(leases, lease);
  const send = async (request: Omit<TransportRequest, 'labels' | 'timeoutMs'>, verb: string): Promise<Lease> => {
    const answer = await transport.request({ ...request, timeoutMs, labels: { verb, resource: resourceName(leases) } });
    const found = leaseOf(answer);
    if (found !== undefined) return found;
    throw new RuntimeError(runtimeErrorCodes.malformed, `failed to ${verb} ${path}: the answer is no Lease`);
  };
  return {
    get: async (signal) => send({ method: 'GET', path, signal }, 'get'),
    create: async (spec) => {
      const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: lease, spec };
      return send({ method: 'POST', path: resourcePath(leases, { namespace: lease.namespace }), body }, 'create');
    },
    update: async (observed, spec) => send({ method: 'PUT', path, body: { ...observed, spec } }, 'update'),
  };
}
