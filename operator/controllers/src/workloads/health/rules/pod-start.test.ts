import { describe } from 'vitest';
import { lately, long, podObject, podWith, ruleTable, waiting } from '../testing/rule-table.ts';

const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: long };
const unscheduled = (message: string, since = long) =>
  podObject({
    status: {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime: since },
      ],
      containerStatuses: [],
    },
  });
const creating = (spec: object, since = long) =>
  podObject({
    spec,
    status: {
      phase: 'Pending',
      conditions: [{ ...scheduled, lastTransitionTime: since }],
      containerStatuses: [{ name: 'app', ready: false, restartCount: 0, ...waiting('ContainerCreating') }],
    },
  });
const running = { state: { running: { startedAt: long } } };
const probed = (probes: object, state: object = running, since = long) => ({
  ...podWith(state, { since }),
  spec: { containers: [{ name: 'app', ...probes }] },
});
const pullFailure = (message: string) => podWith(waiting('ErrImagePull', message), { phase: 'Pending' });
const refusedConfig = (message: string) =>
  podWith(waiting('CreateContainerConfigError', message), { phase: 'Pending' });

describe('a Pod whose container does not start', () => {
  ruleTable({ group: '', kind: 'Pod' }, [
    {
      it: 'image not found',
      object: pullFailure('rpc error: code = NotFound desc = failed to pull: "r/denied:1": not found'),
      is: 'Degraded ErrImagePull',
      step: /no such image or tag/,
    },
    {
      it: 'image refused',
      object: pullFailure('pull access denied, repository does not exist or may require authorization'),
      is: 'Degraded ErrImagePull',
      step: /pull secret of the pod/,
    },
    {
      it: 'pulls limited',
      object: pullFailure('toomanyrequests: You have reached your pull rate limit'),
      is: 'Degraded ErrImagePull',
      step: /use a mirror/,
    },
    {
      it: 'wrong platform',
      object: pullFailure('no match for platform in manifest: not found'),
      is: 'Degraded ErrImagePull',
      step: /platform/,
    },
    {
      it: 'certificate',
      object: pullFailure('tls: failed to verify certificate: x509: unknown authority'),
      is: 'Degraded ErrImagePull',
      step: /install its CA/,
    },
    {
      it: 'registry away',
      object: pullFailure('dial tcp: lookup r.example: no such host'),
      is: 'Degraded ErrImagePull',
      step: /cannot reach the registry/,
    },
    {
      it: 'disk full',
      object: pullFailure('write /var/lib: no space left on device'),
      is: 'Degraded ErrImagePull',
      step: /disk is full/,
    },
    {
      it: 'image, no words',
      object: pullFailure(''),
      is: 'Degraded ErrImagePull',
      step: /Check the image of container app/,
    },
    {
      it: 'image name',
      object: podWith(waiting('InvalidImageName'), { phase: 'Pending' }),
      is: 'Degraded InvalidImageName',
    },
    {
      it: 'never pulled',
      object: podWith(waiting('ErrImageNeverPull'), { phase: 'Pending' }),
      is: 'Degraded ErrImageNeverPull',
    },
    {
      it: 'ConfigMap missing',
      object: refusedConfig('configmap "settings" not found'),
      is: 'Degraded CreateContainerConfigError',
      step: /kubectl get configmap settings -n shop/,
      says: /ConfigMap settings does not exist/,
    },
    {
      it: 'key missing',
      object: refusedConfig("couldn't find key TOKEN in Secret shop/api"),
      is: 'Degraded CreateContainerConfigError',
      step: /kubectl describe secret api -n shop/,
    },
    {
      it: 'root',
      object: refusedConfig('container has runAsNonRoot and image will run as root'),
      is: 'Degraded CreateContainerConfigError',
      step: /runAsUser/,
    },
    {
      it: 'config, no words',
      object: refusedConfig('?'),
      is: 'Degraded CreateContainerConfigError',
      step: /which setting/,
    },
    {
      it: 'cannot be created',
      object: podWith(waiting('CreateContainerError'), { phase: 'Pending' }),
      is: 'Degraded CreateContainerError',
    },
    {
      it: 'cannot be run',
      object: podWith(waiting('RunContainerError', 'exec: "x": executable file not found in $PATH')),
      is: 'Degraded RunContainerError',
      step: /does not contain the command/,
    },
    {
      it: 'a reason that nobody knows',
      object: podWith(waiting('SomethingNew')),
      is: 'Degraded SomethingNew',
      step: /kubectl describe pod x-1 -n shop/,
    },
    {
      it: 'no volume',
      object: creating({ volumes: [{ secret: { secretName: 'tls' } }] }),
      is: 'Degraded VolumeNotReady',
      step: /Secret tls.*kubectl events -n shop --for pod\/x-1/,
    },
    { it: 'no sandbox', object: creating({}), is: 'Degraded ContainersNotCreated', step: /the network/ },
    {
      it: 'none of them, after an hour',
      object: podObject({ status: { phase: 'Pending', conditions: [scheduled], containerStatuses: [] } }),
      is: 'Degraded ContainersNotCreated',
    },
  ]);
});

describe('a Pod that is not ready', () => {
  ruleTable({ group: '', kind: 'Pod' }, [
    {
      it: 'its readiness probe',
      object: probed({ readinessProbe: {} }),
      is: 'Degraded ReadinessProbeFailed',
      step: /port and path/,
    },
    {
      it: 'its readiness probe, a moment',
      object: probed({ readinessProbe: {} }, running, lately),
      is: 'Progressing Starting',
    },
    {
      it: 'its startup probe',
      object: probed({ startupProbe: {}, readinessProbe: {} }, { ...running, started: false }),
      is: 'Degraded StartupProbeFailed',
      step: /startup probe/,
    },
    { it: 'no probe', object: probed({}), is: 'Degraded NotReady' },
    {
      it: 'a readiness gate',
      object: podObject({
        status: {
          conditions: [
            scheduled,
            { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', lastTransitionTime: long },
          ],
        },
      }),
      is: 'Degraded NotReady',
      step: /readiness gates/,
    },
    {
      it: 'its node silent',
      object: podObject({
        status: { conditions: [scheduled, { type: 'Ready', status: 'False', lastTransitionTime: lately }] },
      }),
      is: 'Degraded NodeNotReady',
      step: /kubectl get nodes/,
    },
    {
      it: 'its node lost while it is deleted',
      object: podObject({ metadata: { deletionTimestamp: lately }, status: { reason: 'NodeLost' } }),
      is: 'Degraded NodeLost',
      step: /delete the pod by force only/,
    },
  ]);
});

describe('a Pod that no node takes', () => {
  const missing = (message: string, step: RegExp) => ({
    it: message,
    object: unscheduled(message),
    is: 'Degraded Unschedulable' as const,
    step,
  });
  ruleTable({ group: '', kind: 'Pod' }, [
    missing(
      '0/3 nodes are available: 1 Insufficient cpu, 2 Insufficient memory. preemption: not eligible',
      /misses enough cpu and enough memory: ask for less/,
    ),
    missing('0/3 nodes are available: 3 Insufficient nvidia.com/gpu.', /enough nvidia\.com\/gpu/),
    missing("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.", /labels it selects/),
    missing('0/3 nodes are available: 3 node(s) had untolerated taint {a: b}.', /toleration/),
    missing(
      '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
      /a bound volume.*kubectl get pvc -n shop/,
    ),
    missing('0/3 nodes are available: 3 node(s) had volume node affinity conflict.', /volume's zone/),
    missing('persistentvolumeclaim "data" not found', /does not exist.*kubectl get pvc/),
    missing("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.", /pods it avoids/),
    missing("0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints.", /even spread/),
    missing("0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports.", /host port/),
    missing('0/3 nodes are available: 3 Too many pods.', /free place/),
    missing('0/3 nodes are available: 3 node(s) were unschedulable.', /not cordoned/),
    missing('no nodes available to schedule pods', /any node at all/),
    missing('', /resources, labels, tolerations or volumes/),
  ]);
});
