import { describe, expect, it } from 'vitest';
import { deployment, listOf, type DeploymentOptions } from '../manifests.ts';
import { crashed, linkedTo, useHealthRig } from './rig.ts';

const rig = useHealthRig();

/** A deployment that the component of its name links. */
async function deploy(
  name: string,
  options: Partial<DeploymentOptions> & { spec?: object; podSpec?: object; container?: object } = {},
): Promise<void> {
  const { spec, podSpec, container, ...rest } = options;
  const made = deployment({ namespace: rig.namespace, name, labels: linkedTo(name), ...rest }) as {
    spec: { template: { spec: { containers: object[] } } };
  };
  Object.assign(made.spec, spec);
  Object.assign(made.spec.template.spec, podSpec);
  Object.assign(made.spec.template.spec.containers[0] ?? {}, container);
  await rig.cluster.apply(listOf(made));
}

async function running(name: string, options: Parameters<typeof deploy>[1] = {}): Promise<void> {
  await rig.component(name);
  await deploy(name, options);
  await rig.health(name, { verdict: 'Healthy', reason: 'Ready' });
}

describe.concurrent('a Deployment', () => {
  it('whose new image cannot be pulled is Degraded at once, though the old pods serve, and Healthy after the way back', async () => {
    await running('pull', { replicas: 2 });
    await deploy('pull', { replicas: 2, image: 'registry.example.com/app:missing', behaviour: 'image-pull' });
    const health = await rig.health('pull', {
      verdict: 'Degraded',
      reason: /^(ErrImagePull|ImagePullBackOff)$/,
      evidence: ['Deployment', 'ReplicaSet', 'Pod:main'],
      message: /not found in the registry/,
    });
    expect(await rig.runNextStep(health)).toContain('registry.example.com/app:missing');
    await deploy('pull', { replicas: 2 });
    await rig.health('pull', { verdict: 'Healthy', reason: 'Ready' });
  });

  it('that does not finish in time is Degraded by its deadline, and Healthy after the way back', async () => {
    await running('stuck');
    await deploy('stuck', { behaviour: 'never-ready', spec: { progressDeadlineSeconds: 5 } });
    const health = await rig.health('stuck', { verdict: 'Degraded', reason: 'ProgressDeadlineExceeded' });
    expect(await rig.runNextStep(health)).toContain('ProgressDeadlineExceeded');
    await deploy('stuck', { spec: { progressDeadlineSeconds: 5 } });
    await rig.health('stuck', { verdict: 'Healthy', reason: 'Ready' });
  });

  it('that crashes after a finished rollout is Degraded with the exit code, and Healthy with a new pod', async () => {
    await running('crash');
    const [pod = ''] = await rig.podsOf('crash');
    await rig.playPod(pod, crashed({ exitCode: 3, restarts: 4 }));
    const health = await rig.health('crash', {
      verdict: 'Degraded',
      reason: 'CrashLoop',
      evidence: ['Deployment', 'ReplicaSet', 'Pod:main'],
      message: /exit code 3, restarted 4 times/,
    });
    expect(health.evidence?.some((each) => each.name === pod)).toBe(true);
    await rig.runNextStep(health);
    await rig.cluster.kubectl(['delete', 'pod', pod, '-n', rig.namespace, '--wait=false']);
    await rig.health('crash', { verdict: 'Healthy', reason: 'Ready' });
  });

  it('that runs out of memory is told so with its limit', async () => {
    await running('memory', { container: { resources: { limits: { memory: '64Mi' } } } });
    const [pod = ''] = await rig.podsOf('memory');
    await rig.playPod(pod, crashed({ exitCode: 137, reason: 'OOMKilled', restarts: 1 }));
    const health = await rig.health('memory', {
      verdict: 'Degraded',
      reason: 'OOMKilled',
      evidence: ['Deployment', 'ReplicaSet', 'Pod:main'],
      message: /64Mi/,
    });
    expect(health.nextStep?.text).toContain('64Mi');
    expect(await rig.runNextStep(health)).toContain('OOMKilled');
    await rig.cluster.kubectl(['delete', 'pod', pod, '-n', rig.namespace, '--wait=false']);
    await rig.health('memory', { verdict: 'Healthy', reason: 'Ready' });
  });

  it('that lacks its Secret names it', async () => {
    await rig.component('config');
    const envFrom = [{ secretRef: { name: 'not-there' } }];
    await deploy('config', { behaviour: 'config-error', container: { envFrom } });
    const health = await rig.health('config', {
      verdict: 'Degraded',
      reason: 'CreateContainerConfigError',
      evidence: ['Deployment', 'ReplicaSet', 'Pod:main'],
      message: /Secret not-there does not exist/,
    });
    expect(health.nextStep?.command).toContain('not-there');
    await deploy('config', {});
    await rig.health('config', { verdict: 'Healthy', reason: 'Ready' });
  });

  it('that a quota refuses pods is Degraded with the quota, and Healthy when it is raised', async () => {
    // The quota counts pods of this priority only, so that it leaves the other tests alone.
    const priorityClassName = 'system-cluster-critical';
    const scopes = [{ scopeName: 'PriorityClass', operator: 'In', values: [priorityClassName] }];
    const quota = (cpu: string): object => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'cpu', namespace: rig.namespace },
      spec: { hard: { 'requests.cpu': cpu }, scopeSelector: { matchExpressions: scopes } },
    });
    await rig.cluster.apply(listOf(quota('1')));
    await rig.component('quota');
    const container = { resources: { requests: { cpu: '800m' } } };
    await deploy('quota', { replicas: 2, container, podSpec: { priorityClassName } });
    const health = await rig.health('quota', {
      verdict: 'Degraded',
      reason: 'ReplicaFailure',
      message: /a quota is used up/,
    });
    expect(await rig.runNextStep(health)).toContain('requests.cpu');
    await rig.cluster.apply(listOf(quota('4')));
    await rig.health('quota', { verdict: 'Healthy', reason: 'Ready', timeoutMs: 100_000 });
  });

  it('scaled to zero is Suspended, and the proposed command brings it back', async () => {
    await running('zero');
    await deploy('zero', { replicas: 0 });
    const health = await rig.health('zero', { verdict: 'Suspended', reason: 'ScaledToZero' });
    await rig.runNextStep(health);
    await rig.health('zero', { verdict: 'Healthy', reason: 'Ready' });
  });

  it('paused is Suspended, and the proposed command brings it back', async () => {
    await running('paused');
    await deploy('paused', { spec: { paused: true } });
    const health = await rig.health('paused', { verdict: 'Suspended', reason: 'Paused' });
    await rig.runNextStep(health);
    await rig.health('paused', { verdict: 'Healthy', reason: 'Ready' });
  });

  it('that no node takes is Degraded after the grace with what is missing', async () => {
    await rig.component('homeless');
    await deploy('homeless', { container: { resources: { requests: { cpu: '64' } } } });
    await rig.health('homeless', { verdict: 'Progressing', reason: /./ });
    const health = await rig.health('homeless', {
      verdict: 'Degraded',
      reason: 'Unschedulable',
      evidence: ['Deployment', 'ReplicaSet', 'Pod'],
      message: /enough cpu/i,
      timeoutMs: 100_000,
    });
    expect(await rig.runNextStep(health)).toContain('Insufficient cpu');
    await deploy('homeless', { container: { resources: { requests: { cpu: '10m' } } } });
    await rig.health('homeless', { verdict: 'Healthy', reason: 'Ready' });
  });
});

describe.concurrent('a StatefulSet', () => {
  it('whose pod crashes is Degraded, which neither Argo CD nor kstatus says, and Healthy when it is replaced', async () => {
    await rig.component('store');
    const made = deployment({ namespace: rig.namespace, name: 'store', labels: linkedTo('store') }) as { spec: object };
    await rig.cluster.apply(listOf({ ...made, kind: 'StatefulSet', spec: { ...made.spec, serviceName: 'store' } }));
    await rig.health('store', { verdict: 'Healthy', reason: 'Ready' });
    await rig.playPod('store-0', crashed({ exitCode: 1, restarts: 2 }));
    const health = await rig.health('store', {
      verdict: 'Degraded',
      reason: 'CrashLoop',
      evidence: ['StatefulSet', 'Pod:main'],
    });
    await rig.runNextStep(health);
    await rig.cluster.kubectl(['delete', 'pod', 'store-0', '-n', rig.namespace, '--wait=false']);
    await rig.health('store', { verdict: 'Healthy', reason: 'Ready' });
  });
});
