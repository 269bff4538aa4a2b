import { describe } from 'vitest';
import { trimEndpointSlice } from '../../trim-network.ts';
import { lately, ruleTable } from '../testing/rule-table.ts';

const slice = (...ready: (boolean | undefined)[]) =>
  trimEndpointSlice({
    metadata: { name: 's', labels: { 'kubernetes.io/service-name': 'x' } },
    endpoints: ready.map((each) => ({ conditions: each === undefined ? {} : { ready: each } })),
  });
const spec = { selector: { app: 'x' } };
const balancer = { ...spec, type: 'LoadBalancer' };
const address = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
const young = { creationTimestamp: lately };

describe('a Service', () => {
  ruleTable({ group: '', kind: 'Service' }, [
    {
      it: 'with a ready pod',
      object: { spec },
      context: { endpointSlices: [slice(false), slice(true)] },
      is: 'Healthy Ready',
    },
    {
      it: 'whose endpoints say nothing of readiness',
      object: { spec },
      context: { endpointSlices: [slice(undefined)] },
      is: 'Healthy Ready',
    },
    {
      it: 'without a pod',
      object: { spec },
      context: { endpointSlices: [] },
      is: 'Degraded NoReadyEndpoints',
      says: /no pod matches/,
      step: /kubectl get endpointslices -n shop -l kubernetes.io\/service-name=x/,
    },
    {
      it: 'without a ready pod',
      object: { spec },
      context: { endpointSlices: [slice(false, false)] },
      is: 'Degraded NoReadyEndpoints',
      says: /none of 2 pods/,
    },
    {
      it: 'of what is scaled to zero',
      object: { spec },
      context: { endpointSlices: [], isScaledToZero: true },
      is: 'Suspended ScaledToZero',
    },
    { it: 'whose EndpointSlices are not known', object: { spec }, is: 'Unknown Forbidden', step: /EndpointSlice/ },
    { it: 'that selects nothing itself', object: { spec: {} }, is: 'Healthy Ready' },
    { it: 'that is a name elsewhere', object: { spec: { type: 'ExternalName' } }, is: 'Healthy ExternalName' },
    {
      it: 'waiting for its balancer',
      object: { metadata: young, spec: balancer },
      context: { endpointSlices: [slice(true)] },
      is: 'Progressing WaitingForAddress',
    },
    {
      it: 'an hour without its balancer',
      object: { spec: balancer },
      context: { endpointSlices: [slice(true)] },
      is: 'Degraded NoAddress',
      step: /kubectl events -n shop --for service\/x/,
    },
    {
      it: 'with its balancer',
      object: { spec: balancer, status: address },
      context: { endpointSlices: [slice(true)] },
      is: 'Healthy Ready',
    },
    {
      it: 'with its balancer and no pod',
      object: { spec: balancer, status: address },
      context: { endpointSlices: [] },
      is: 'Degraded NoReadyEndpoints',
    },
  ]);
});

describe('an Ingress', () => {
  const leads = { rules: [{ http: { paths: [{ backend: { service: { name: 'web' } } }] } }] };
  ruleTable({ group: 'networking.k8s.io', kind: 'Ingress' }, [
    {
      it: 'with an address',
      object: { spec: leads, status: address },
      context: { hasService: () => true },
      is: 'Healthy Ready',
    },
    { it: 'whose Services are not known', object: { spec: leads, status: address }, is: 'Healthy Ready' },
    {
      it: 'without its backend',
      object: { spec: leads, status: address },
      context: { hasService: () => false },
      is: 'Degraded BackendMissing',
      step: /kubectl get service web -n shop/,
    },
    {
      it: 'without its default backend',
      object: { spec: { defaultBackend: { service: { name: 'web' } } } },
      context: { hasService: () => false },
      is: 'Degraded BackendMissing',
    },
    { it: 'waiting for an address', object: { metadata: young, spec: leads }, is: 'Progressing WaitingForAddress' },
    {
      it: 'an hour without an address',
      object: { spec: leads },
      is: 'Unknown AddressNotPublished',
      step: /try its host/,
    },
    {
      it: 'an hour without an address of a class that publishes',
      object: { spec: leads },
      context: { publishesAddress: () => true },
      is: 'Degraded NoAddress',
    },
    {
      it: 'of a class that never publishes',
      object: { metadata: young, spec: leads },
      context: { publishesAddress: () => false },
      is: 'Unknown AddressNotPublished',
    },
  ]);
});

describe('an HTTPRoute', () => {
  const parent = (...conditions: object[]) => ({ status: { parents: [{ parentRef: { name: 'edge' }, conditions }] } });
  const accepted = { type: 'Accepted', status: 'True', reason: 'Accepted' };
  const resolved = { type: 'ResolvedRefs', status: 'True', reason: 'ResolvedRefs' };
  ruleTable({ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }, [
    { it: 'accepted', object: parent(accepted, resolved), is: 'Healthy Accepted' },
    {
      it: 'refused',
      object: parent({ ...accepted, status: 'False', reason: 'NotAllowedByListeners' }),
      is: 'Degraded NotAllowedByListeners',
      says: /parent edge reports Accepted=False/,
    },
    {
      it: 'without its backend',
      object: parent(accepted, { ...resolved, status: 'False', reason: 'BackendNotFound' }),
      is: 'Degraded BackendNotFound',
    },
    {
      it: 'not decided',
      object: parent({ ...accepted, status: 'False', reason: 'Pending' }),
      is: 'Progressing Pending',
    },
    {
      it: 'not programmed',
      object: parent(accepted, { type: 'Programmed', status: 'False', reason: 'Waiting' }),
      is: 'Progressing Waiting',
    },
    {
      it: 'judged by an older generation',
      object: { metadata: { generation: 3 }, ...parent({ ...accepted, status: 'False', observedGeneration: 2 }) },
      is: 'Progressing NotAcceptedYet',
    },
    { it: 'without an answer yet', object: { metadata: young }, is: 'Progressing Waiting' },
    { it: 'an hour without an answer', object: {}, is: 'Degraded NoParentAnswered', step: /parentRefs/ },
  ]);
  ruleTable({ group: 'gateway.networking.k8s.io', kind: 'GRPCRoute' }, [
    { it: 'a GRPCRoute is judged alike', object: parent(accepted), is: 'Healthy Accepted' },
  ]);
});

describe('a Gateway', () => {
  const says = (type: string, status: string, reason: string) => ({
    status: { conditions: [{ type, status, reason }] },
  });
  ruleTable({ group: 'gateway.networking.k8s.io', kind: 'Gateway' }, [
    { it: 'programmed', object: says('Programmed', 'True', 'Programmed'), is: 'Healthy Programmed' },
    { it: 'refused', object: says('Accepted', 'False', 'Invalid'), is: 'Degraded Invalid' },
    { it: 'not decided', object: says('Accepted', 'False', 'Pending'), is: 'Progressing Pending' },
    {
      it: 'without an address',
      object: says('Programmed', 'False', 'AddressNotAssigned'),
      is: 'Degraded AddressNotAssigned',
    },
    {
      it: 'without a certificate',
      object: says('ResolvedRefs', 'False', 'InvalidCertificateRef'),
      is: 'Degraded InvalidCertificateRef',
    },
    { it: 'without an answer', object: {}, is: 'Progressing Waiting' },
  ]);
});
