import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EntityStatus, Evidence, HealthStatus, Verdict, WorkloadStatus } from '@portolan/crds';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { toolsOfBinary } from '../../control-plane/tools.ts';
import { operatorAccount } from '../../install/install.ts';
import { run } from '../../process/run.ts';
import { useCluster, type TestCluster } from '../../testing/cluster.ts';
import { watchComponents, type ComponentVersion, type ComponentWatch } from '../../testing/component-watch.ts';
import { entity, listOf } from '../manifests.ts';
import { startPortolan, type Portolan } from '../portolan.ts';

/** What a component's health is to become. */
export interface ExpectedHealth {
  verdict: Verdict;
  /** One of several where the cluster passes through them. */
  reason: string | RegExp;
  /** The way down: `Kind`, or `Kind:container` where the container matters. */
  evidence?: readonly string[];
  /** What the message must say. */
  message?: RegExp;
  timeoutMs?: number;
}

/** The shipped operator over the real controllers, and the components that tests judge. */
export interface HealthRig {
  readonly cluster: TestCluster;
  readonly namespace: string;
  /** Creates the component that links what carries its name as `app.kubernetes.io/name`. */
  component(name: string, spec?: object): Promise<void>;
  /** Waits until the API server and the read API both say so. */
  health(name: string, expected: ExpectedHealth): Promise<HealthStatus>;
  /** Waits until both say so of one object among those that run or support the component. */
  part(name: string, part: { kind: string; verdict: Verdict; reason: string; timeoutMs?: number }): Promise<void>;
  /**
   * Executes the proposed command as it is printed; gives what it printed. A command that reads a log is not executed:
   * nodes on paper have no kubelet, so it is checked that the pod and the container exist.
   */
  runNextStep(health: HealthStatus): Promise<string>;
  /** Changes the status of a pod as its kubelet would. */
  playPod(name: string, status: object): Promise<void>;
  /** Names of the pods with this label `app`. */
  podsOf(app: string): Promise<string[]>;
}

/** The label by which a workload of {@link HealthRig.component} is linked. */
export const linkedTo = (name: string): Record<string, string> => ({ 'app.kubernetes.io/name': name });

/** Call it once at the top of a test file; it starts and stops what it needs, and at the end looks at every version. */
export function useHealthRig(options: { flags?: readonly string[] } = {}): HealthRig {
  const cluster = useCluster();
  const versions: ComponentVersion[] = [];
  let portolan: Portolan;
  let watch: ComponentWatch;
  let namespace: string;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portolan-health-'));
    const kubectl = toolsOfBinary(inject('controlPlane').binary).kubectl.map((part) => `'${part}'`);
    await writeFile(join(folder, 'kubectl'), `#!/bin/sh\nexec ${kubectl.join(' ')} "$@"\n`);
    await chmod(join(folder, 'kubectl'), 0o755);
    namespace = await cluster.namespace('health');
    await cluster.apply(listOf(entity({ kind: 'Group', namespace, name: 'team' })));
    const kubeconfig = await cluster.serviceAccountKubeconfig(operatorAccount);
    watch = await watchComponents({ kubeconfig, namespace, onVersion: (version) => versions.push(version) });
    portolan = await startPortolan({ kubeconfig, ...(options.flags !== undefined && { flags: options.flags }) });
    await portolan.ready();
  });

  afterAll(async () => {
    await watch.close();
    await portolan.stop();
    await rm(folder, { recursive: true, force: true });
    expect(versions.length).toBeGreaterThan(0);
    expect(movesOfSince(versions)).toEqual([]);
  });

  const stored = async (name: string): Promise<EntityStatus | undefined> => {
    const path = `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/components/${name}`;
    return (await cluster.request<{ status?: EntityStatus }>('GET', path)).body.status;
  };
  const served = async (name: string): Promise<EntityStatus | undefined> => {
    const found = await portolan.client.getEntityByRef(`component:${namespace}/${name}`);
    return (found as { status?: { portolan?: EntityStatus } } | undefined)?.status?.portolan;
  };
  /** Waits until the API server and then the read API have it; the error tells how far it came. */
  const bothHave = async <T>(options: {
    name: string;
    what: string;
    find: (status: EntityStatus) => T | undefined;
    timeoutMs?: number | undefined;
  }): Promise<T> => {
    const { name, what, find, timeoutMs = 60_000 } = options;
    let last: EntityStatus | undefined;
    const look = async (read: typeof stored): Promise<T | undefined> => {
      last = await read(name);
      return last === undefined ? undefined : find(last);
    };
    try {
      const found = await cluster.eventually(`${name} is ${what}`, async () => look(stored), timeoutMs);
      await cluster.eventually(`the read API says that ${name} is ${what}`, async () => look(served));
      return found;
    } catch (error) {
      throw new Error(`${name} is ${JSON.stringify([last?.health, last?.workloads])}`, { cause: error });
    }
  };

  return {
    cluster,
    get namespace() {
      return namespace;
    },
    component: async (name, spec) => {
      await cluster.apply(listOf(entity({ kind: 'Component', namespace, name, ...(spec !== undefined && { spec }) })));
    },
    health: async (name, expected) =>
      bothHave({
        name,
        what: `${expected.verdict} ${String(expected.reason)}`,
        find: ({ health }) => (health !== undefined && isAs(health, expected) ? health : undefined),
        timeoutMs: expected.timeoutMs,
      }),
    part: async (name, { kind, verdict, reason, timeoutMs }) => {
      const isIt = (item: WorkloadStatus): boolean =>
        item.kind === kind && item.verdict === verdict && item.reason === reason;
      await bothHave({
        name,
        what: `with a ${kind} that is ${verdict} ${reason}`,
        find: ({ workloads }) => workloads?.items?.find(isIt),
        timeoutMs,
      });
    },
    runNextStep: async ({ reason, nextStep }) => {
      expect(nextStep, reason).toBeDefined();
      const { command = '' } = nextStep ?? {};
      expect(command, reason).toMatch(/^kubectl /);
      const script = command.startsWith('kubectl logs ') ? asExistence(command) : command;
      const result = await run(['bash'], ['-euo', 'pipefail', '-c', script], {
        env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}`, KUBECONFIG: cluster.kubeconfig },
        timeoutMs: 60_000,
      });
      expect([script, result.code, result.stderr]).toEqual([script, 0, '']);
      expect(result.stdout).not.toBe('');
      return result.stdout;
    },
    playPod: async (name, status) => {
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
      const answer = await cluster.request('PATCH', path, { status }, 'application/merge-patch+json');
      expect(answer.status).toBe(200);
    },
    podsOf: async (app) => {
      const selector = encodeURIComponent(`app=${app}`);
      const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`;
      const { body } = await cluster.request<{ items: { metadata: { name: string; deletionTimestamp?: string } }[] }>(
        'GET',
        path,
      );
      return body.items
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map(({ metadata }) => metadata.name);
    },
  };
}

/** A container as the kubelet reports it after it ended and waits to be started again. */
export function crashed(options: { exitCode: number; reason?: string; restarts: number }): object {
  const { exitCode, reason = 'Error', restarts } = options;
  const ended = { exitCode, reason, startedAt: ago(40), finishedAt: ago(30) };
  const notReady = { status: 'False', reason: 'ContainersNotReady', lastTransitionTime: ago(30) };
  return {
    conditions: [
      { type: 'PodScheduled', status: 'True', lastTransitionTime: ago(300) },
      { type: 'Initialized', status: 'True', lastTransitionTime: ago(300) },
      { type: 'Ready', ...notReady },
      { type: 'ContainersReady', ...notReady },
    ],
    containerStatuses: [
      {
        name: 'main',
        image: 'registry.example.com/app:1.0.0',
        imageID: '',
        ready: false,
        started: false,
        restartCount: restarts,
        lastState: { terminated: ended },
        // Most of the time the kubelet shows this and not CrashLoopBackOff.
        state: { terminated: ended },
      },
    ],
  };
}

function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

function isAs(health: HealthStatus, { verdict, reason, evidence, message }: ExpectedHealth): boolean {
  const isReason = typeof reason === 'string' ? health.reason === reason : reason.test(health.reason);
  const isSaid = message === undefined || message.test(health.message);
  const way = health.evidence ?? [];
  const isWay =
    evidence === undefined || evidence.every((step, index) => way[index] !== undefined && fits(step, way[index]));
  return health.verdict === verdict && isReason && isSaid && isWay;
}

function fits(step: string, { kind, container }: Evidence): boolean {
  return step === kind || step === `${kind}:${container ?? ''}`;
}

/** `kubectl logs x` as a look at whether what it names is there. */
function asExistence(command: string): string {
  const [, object = '', namespace = ''] = /^kubectl logs (\S+) -n (\S+)/.exec(command) ?? [];
  const container = / -c (\S+)/.exec(command)?.[1];
  const target = object.includes('/') ? object : `pod/${object}`;
  const get = `kubectl get ${target} -n ${namespace}`;
  return container === undefined ? get : `${get} -o jsonpath='{.spec.containers[*].name}' | grep -w ${container}`;
}

/** Versions in which `since` moved although the verdict stayed, or went back in time. */
function movesOfSince(versions: readonly ComponentVersion[]): string[] {
  const last = new Map<string, HealthStatus>();
  return versions.flatMap(({ name, status }) => {
    const health = status?.health;
    if (health === undefined) return [];
    const before = last.get(name);
    last.set(name, health);
    if (before === undefined) return [];
    const isWrong = before.verdict === health.verdict ? before.since !== health.since : before.since > health.since;
    return isWrong ? [`${name}: ${before.verdict} ${before.since} → ${health.verdict} ${health.since}`] : [];
  });
}
