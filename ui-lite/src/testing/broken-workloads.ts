import type { EntityStatus } from '@portolan/crds';
import { minutesAgo, runningStatus } from './resources.ts';

/** Statuses as the operator writes them for workloads that fail in different ways. */
export const broken: Readonly<Record<string, EntityStatus>> = {
  'payments/payment-gateway': runningStatus(
    [
      {
        kind: 'Deployment',
        namespace: 'payments',
        name: 'payment-gateway',
        link: 'Annotation',
        desired: 4,
        ready: 1,
        images: ['registry.lumen.example/payments/gateway:v3.2.0', 'registry.lumen.example/mesh/proxy:1.24.1'],
        verdict: 'Degraded',
        reason: 'CrashLoop',
        message: '3 of 4 pods restart again and again; the container gateway exits with code 1.',
      },
      {
        kind: 'CronJob',
        namespace: 'payments',
        name: 'payment-gateway-settlement',
        link: 'Spec',
        desired: 1,
        ready: 1,
        images: ['registry.lumen.example/payments/settlement:v3.2.0'],
        verdict: 'Healthy',
        reason: 'LastRunSucceeded',
      },
    ],
    {
      verdict: 'Degraded',
      reason: 'CrashLoop',
      message:
        'Deployment payment-gateway: pod payment-gateway-6b7f9c6d4-x2klp, container gateway: it ended with exit code 1, restarted 7 times.',
      since: minutesAgo(14),
      nextStep: {
        text: 'Read the last log lines of container gateway.',
        command: 'kubectl logs payment-gateway-6b7f9c6d4-x2klp -n payments -c gateway --tail=50',
      },
      gaps: [{ kind: 'EndpointSlice', namespace: 'payments', reason: 'Forbidden' }],
      evidence: [
        {
          kind: 'Deployment',
          namespace: 'payments',
          name: 'payment-gateway',
          reason: 'CrashLoop',
          message: '1 of 4 replicas is available.',
        },
        {
          kind: 'Pod',
          namespace: 'payments',
          name: 'payment-gateway-6b7f9c6d4-x2klp',
          container: 'gateway',
          reason: 'CrashLoop',
          message: 'Restarted 7 times, last exit code 1.',
        },
        {
          kind: 'Pod',
          namespace: 'payments',
          name: 'payment-gateway-6b7f9c6d4-qm8dz',
          container: 'gateway',
          reason: 'CrashLoop',
          message: 'Restarted 6 times, last exit code 1.',
        },
      ],
      more: 1,
    },
  ),
  'commerce/recommendations': runningStatus(
    [
      {
        kind: 'Deployment',
        namespace: 'commerce',
        name: 'recommendations',
        link: 'Label',
        desired: 2,
        ready: 0,
        images: ['registry.lumen.example/commerce/recommendations:v0.9.0-rc1-with-a-rather-long-build-suffix'],
        verdict: 'Degraded',
        reason: 'ImagePullBackOff',
        message: 'The image of container app cannot be pulled.',
      },
    ],
    {
      verdict: 'Degraded',
      reason: 'ImagePullBackOff',
      message: 'Deployment recommendations: no replica is available, an image cannot be pulled.',
      since: minutesAgo(190),
      nextStep: {
        text: 'The registry has no such image or tag: correct the image in the manifest, or push it.',
        command: 'kubectl describe pod recommendations-5c8f7d9b6-7wq2x -n commerce',
      },
      evidence: [
        {
          kind: 'Pod',
          namespace: 'commerce',
          name: 'recommendations-5c8f7d9b6-7wq2x',
          container: 'app',
          reason: 'ImagePullBackOff',
        },
      ],
    },
  ),
  'commerce/search': runningStatus(
    [
      {
        kind: 'StatefulSet',
        namespace: 'commerce',
        name: 'search',
        link: 'Name',
        desired: 3,
        ready: 2,
        images: ['registry.lumen.example/commerce/search:v1.7.2'],
        verdict: 'Progressing',
        reason: 'RollingOut',
        message: '2 of 3 replicas run the new version.',
      },
    ],
    {
      verdict: 'Progressing',
      reason: 'RollingOut',
      message: 'StatefulSet search: a rollout is under way.',
      since: minutesAgo(2),
    },
  ),
  'commerce/black-friday-banner': runningStatus(
    [
      {
        kind: 'Deployment',
        namespace: 'commerce',
        name: 'black-friday-banner',
        link: 'Spec',
        desired: 0,
        ready: 0,
        images: ['registry.lumen.example/commerce/banner:v1.0.3'],
        verdict: 'Suspended',
        reason: 'ScaledToZero',
      },
    ],
    {
      verdict: 'Suspended',
      reason: 'ScaledToZero',
      message: 'Deployment black-friday-banner is scaled to zero.',
      since: minutesAgo(60 * 24 * 20),
    },
  ),
  'platform/log-shipper': runningStatus(
    [
      {
        kind: 'DaemonSet',
        namespace: 'platform',
        name: 'log-shipper',
        link: 'Label',
        shared: true,
        desired: 0,
        ready: 0,
        verdict: 'Unknown',
        reason: 'Forbidden',
        message: 'DaemonSets of this namespace may not be read.',
      },
    ],
    {
      verdict: 'Unknown',
      reason: 'Forbidden',
      message: 'DaemonSet log-shipper cannot be read.',
      since: minutesAgo(60 * 5),
      evidence: [{ kind: 'DaemonSet', namespace: 'platform', name: 'log-shipper', reason: 'Forbidden' }],
    },
  ),
  'platform/metrics-gateway': runningStatus(
    [
      {
        kind: 'Deployment',
        namespace: 'platform',
        name: 'metrics-gateway',
        link: 'Name',
        desired: 3,
        ready: 3,
        images: ['registry.lumen.example/platform/metrics-gateway:v1.9.0'],
        verdict: 'Unknown',
        reason: 'Stale',
        message: 'Deployments cannot be read.',
      },
    ],
    {
      verdict: 'Unknown',
      reason: 'Stale',
      message: 'Deployments cannot be read: the API server does not answer.',
      since: minutesAgo(4),
      lastKnown: {
        verdict: 'Healthy',
        reason: 'Ready',
        message: 'Deployment metrics-gateway: 3 of 3 replicas are ready.',
        since: minutesAgo(60 * 31),
      },
    },
  ),
};
