import type { ReadRuntimeTree, RuntimeContainer, RuntimeNode, RuntimeTree } from '@portolan/api';
import { minutesAgo } from './resources.ts';

const namespace = 'payments';
const image = 'registry.lumen.example/payments/gateway:v3.2.0';
const proxy: RuntimeContainer = {
  name: 'proxy',
  image: 'registry.lumen.example/mesh/proxy:1.24.1',
  role: 'sidecar',
  state: 'Running',
  ready: true,
  restarts: 0,
};
const migrate: RuntimeContainer = {
  name: 'migrate',
  image: 'registry.lumen.example/payments/migrate:v3.2.0',
  role: 'init',
  state: 'Terminated',
  reason: 'Completed',
  exitCode: 0,
  ready: true,
  restarts: 0,
};
const running: RuntimeContainer = { name: 'gateway', image, state: 'Running', ready: true, restarts: 0 };
const crashing: RuntimeContainer = {
  name: 'gateway',
  image,
  state: 'Waiting',
  reason: 'CrashLoopBackOff',
  exitCode: 1,
  ready: false,
  restarts: 7,
};

function pod(name: string, isWell: boolean): RuntimeNode {
  const common = { kind: 'Pod', namespace, name, images: [image, proxy.image], children: [] };
  if (isWell) {
    const containers = [migrate, proxy, running];
    const createdAt = minutesAgo(60 * 24 * 3);
    return { ...common, verdict: 'Healthy', reason: 'Ready', message: '', createdAt, evidence: [], containers };
  }
  return {
    ...common,
    verdict: 'Degraded',
    reason: 'CrashLoop',
    message: 'Container gateway: it ended with exit code 1, restarted 7 times.',
    createdAt: minutesAgo(16),
    since: minutesAgo(14),
    restarts: 7,
    nextStep: {
      text: 'Read the last log lines of container gateway.',
      command: `kubectl logs ${name} -n payments -c gateway --previous --tail=50`,
    },
    evidence: [{ kind: 'Pod', namespace, name, container: 'gateway', reason: 'CrashLoop' }],
    containers: [migrate, proxy, crashing],
  };
}

/** What runs of the payment gateway: a rollout that crashes beside the version before, a job, and a Service. */
export const gatewayTree: RuntimeTree = {
  fetchedAt: minutesAgo(0),
  roots: [
    {
      kind: 'Deployment',
      namespace,
      name: 'payment-gateway',
      verdict: 'Degraded',
      reason: 'CrashLoop',
      message: 'Deployment payment-gateway, 1 of 4 ready: pod payment-gateway-6b7f9c6d4-x2klp keeps crashing.',
      since: minutesAgo(14),
      createdAt: minutesAgo(60 * 24 * 200),
      desired: 4,
      ready: 1,
      images: [image],
      link: 'Annotation',
      nextStep: {
        text: 'Go back to the revision before, if the last change broke it. This changes what runs.',
        command: 'kubectl rollout history deployment payment-gateway -n payments',
      },
      evidence: [],
      children: [
        {
          kind: 'ReplicaSet',
          namespace,
          name: 'payment-gateway-6b7f9c6d4',
          verdict: 'Degraded',
          reason: 'CrashLoop',
          message: 'None of 3 pods is ready.',
          createdAt: minutesAgo(16),
          desired: 3,
          ready: 0,
          images: [image],
          evidence: [],
          children: ['x2klp', 'qm8dz', 'v7rtw'].map((end) => pod(`payment-gateway-6b7f9c6d4-${end}`, false)),
        },
        {
          kind: 'ReplicaSet',
          namespace,
          name: 'payment-gateway-5d8c7b9f6',
          verdict: 'Healthy',
          reason: 'OldRevision',
          message: '',
          createdAt: minutesAgo(60 * 24 * 3),
          desired: 1,
          ready: 1,
          images: ['registry.lumen.example/payments/gateway:v3.1.4'],
          evidence: [],
          children: [pod('payment-gateway-5d8c7b9f6-hh2pn', true)],
        },
      ],
    },
    {
      kind: 'CronJob',
      namespace,
      name: 'payment-gateway-settlement',
      verdict: 'Healthy',
      reason: 'LastRunSucceeded',
      message: 'The last run succeeded.',
      createdAt: minutesAgo(60 * 24 * 90),
      images: ['registry.lumen.example/payments/settlement:v3.2.0'],
      link: 'Spec',
      shared: true,
      evidence: [],
      children: [],
    },
    {
      kind: 'Service',
      namespace,
      name: 'payment-gateway',
      verdict: 'Healthy',
      reason: 'Ready',
      message: '1 endpoint is ready.',
      createdAt: minutesAgo(60 * 24 * 200),
      images: [],
      supporting: true,
      evidence: [],
      children: [],
    },
  ],
  errors: [{ resource: 'endpointslices.discovery.k8s.io', reason: 'Forbidden' }],
};

/** Knows the gateway; of everything else nothing runs. */
export const readTestRuntime: ReadRuntimeTree = async (entity) =>
  entity.metadata.name === 'payment-gateway' ? gatewayTree : { fetchedAt: minutesAgo(0), roots: [], errors: [] };
