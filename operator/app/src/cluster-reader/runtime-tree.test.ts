import { readFileSync } from 'node:fs';
import { readableKinds, type EntityObjects, type FoundObject, type RawObject, type RuntimeNode } from '@portolan/api';
import type { WorkloadStatus } from '@portolan/crds';
import { describe, expect, it } from 'vitest';
import { runtimeTree } from './runtime-tree.ts';

const nowMs = Date.parse('2026-11-23T10:00:00Z');
const kinds = readableKinds();
const entity = { status: { portolan: {} } };
const { items: fixtures } = JSON.parse(
  readFileSync(
    new URL('../../../controllers/src/workloads/health/fixtures/failing-workloads.json', import.meta.url),
    'utf8',
  ),
) as { items: RawObject[] };

function found(object: RawObject): FoundObject {
  const kind = kinds.find((each) => each.kind === object.kind);
  if (kind === undefined) throw new TypeError(`no kind ${object.kind}`);
  return { kind, object };
}

function item(kind: string, name: string, rest: Partial<WorkloadStatus> = {}): WorkloadStatus {
  const said = { verdict: 'Healthy', reason: 'Available', message: 'All is well.' } as const;
  return { kind, namespace: 'states', name, link: 'Name', desired: 1, ready: 1, ...said, ...rest };
}

function treeOf(objects: readonly RawObject[], rest: Partial<EntityObjects> = {}) {
  const isOwned = ({ metadata }: RawObject): boolean => metadata.ownerReferences !== undefined;
  const roots = objects
    .filter((each) => !isOwned(each))
    .map((object) => ({ item: item(object.kind ?? '', object.metadata.name), found: found(object) }));
  const owned = objects.filter(isOwned).map(found);
  return runtimeTree({ objects: { roots, owned, failures: [], more: 0, podLists: [], ...rest }, entity, nowMs });
}

/** `Kind/name verdict reason`, indented by level. */
function drawn(nodes: readonly RuntimeNode[], indent = ''): string[] {
  return nodes.flatMap((node) => [
    `${indent}${node.kind}/${node.name} ${node.verdict} ${node.reason}`,
    ...drawn(node.children, `${indent}  `),
  ]);
}

function find(nodes: readonly RuntimeNode[], name: string): RuntimeNode | undefined {
  for (const node of nodes) {
    const match = node.name === name ? node : find(node.children, name);
    if (match !== undefined) return match;
  }
  return undefined;
}

function owned(kind: string, name: string, owner: RawObject, rest: Record<string, unknown> = {}): RawObject {
  const { metadata, ...others } = rest;
  return {
    kind,
    metadata: {
      name,
      namespace: 'states',
      uid: `uid-${name}`,
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: owner.kind ?? '',
          name: owner.metadata.name,
          uid: owner.metadata.uid ?? '',
          controller: true,
        },
      ],
      ...(metadata as object | undefined),
    },
    ...others,
  };
}

describe('runtimeTree', () => {
  it('shows real failures from the workload down to the pod, the worst first, with what to do', () => {
    const { roots, errors, more, fetchedAt } = treeOf(fixtures);
    expect([errors, more, fetchedAt]).toEqual([[], undefined, '2026-11-23T10:00:00.000Z']);
    const stuck = roots.filter(({ name }) => name === 'stuck');
    expect(drawn(stuck)).toEqual([
      'Deployment/stuck Degraded ImagePullBackOff',
      '  ReplicaSet/stuck-67dbd867b6 Degraded ImagePullBackOff',
      expect.stringMatching(/^ {4}Pod\/stuck-67dbd867b6-\w+ Degraded ImagePullBackOff$/),
    ]);
    expect(drawn(roots.filter(({ name }) => name === 'failing'))).toEqual([
      'Job/failing Degraded BackoffLimitExceeded',
      expect.stringMatching(/^ {2}Pod\/failing-\w+ Degraded ContainerFailed$/),
      expect.stringMatching(/^ {2}Pod\/failing-\w+ Degraded ContainerFailed$/),
    ]);
    const verdicts = roots.map(({ verdict }) => verdict);
    expect(verdicts.lastIndexOf('Degraded')).toBeLessThan(verdicts.indexOf('Healthy'));
    for (const node of roots.filter(({ verdict }) => verdict === 'Degraded')) {
      expect(node.nextStep?.text, node.name).toEqual(expect.any(String));
      expect(node.evidence[0], node.name).toMatchObject({ kind: node.kind, name: node.name });
    }
  });

  it('tells of a container what the kubelet tells', () => {
    const { roots } = treeOf(fixtures);
    expect(find(roots, 'oom')).toMatchObject({
      restarts: expect.any(Number),
      containers: [{ name: 'main', state: expect.any(String), ready: false, exitCode: 137 }],
    });
    expect(find(roots, 'init-crashing')?.containers).toMatchObject([
      { name: 'init', role: 'init', ready: false },
      { name: 'main', state: 'Waiting', reason: 'PodInitializing' },
    ]);
    expect(find(roots, 'completed')?.containers).toMatchObject([
      { state: 'Terminated', reason: 'Completed', exitCode: 0 },
    ]);
  });

  it('knows why a container could not start, which only the runtime says', () => {
    expect(find(treeOf(fixtures).roots, 'no-command')).toMatchObject({
      reason: 'StartError',
      nextStep: { text: expect.stringContaining('does not contain the command') },
    });
  });

  it('carries no environment value, argument, log text or last words', () => {
    const secret = 'hunter2';
    const container = {
      name: 'main',
      image: 'app:1',
      args: [secret],
      command: [secret],
      env: [{ name: 'A', value: secret }],
    };
    const terminated = { reason: 'Error', exitCode: 1, message: secret, finishedAt: '2026-11-23T09:59:00Z' };
    const pod = {
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'states', uid: 'u', annotations: { note: secret } },
      spec: { containers: [container] },
      status: {
        phase: 'Running',
        message: secret,
        conditions: [{ type: 'Ready', status: 'False', message: secret, reason: secret }],
        containerStatuses: [
          {
            name: 'main',
            restartCount: 3,
            ready: false,
            state: { waiting: { reason: 'CrashLoopBackOff', message: secret } },
            lastState: { terminated },
          },
        ],
      },
    };
    const tree = treeOf([pod]);
    expect(tree.roots[0]).toMatchObject({ verdict: 'Degraded', restarts: 3 });
    expect(JSON.stringify(tree)).not.toContain(secret);
  });

  it('leaves out the ReplicaSets that a rollout has left behind, and keeps the current one at zero', () => {
    const revision = (at: number) => ({ annotations: { 'deployment.kubernetes.io/revision': String(at) } });
    const deployment: RawObject = {
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'states', uid: 'd', ...revision(3) },
      spec: { replicas: 0 },
    };
    const sets = [1, 2, 3].map((at) =>
      owned('ReplicaSet', `web-${at}`, deployment, { metadata: revision(at), spec: { replicas: 0 } }),
    );
    const [, second] = sets;
    const pod = owned('Pod', 'web-2-x', second ?? deployment, { spec: { containers: [] } });
    const [root] = treeOf([deployment, ...sets, pod]).roots;
    expect(root?.children.map(({ name }) => name).toSorted()).toEqual(['web-2', 'web-3']);
    expect(root).toMatchObject({ desired: 0, ready: 0 });
  });

  it('follows a CronJob to its Jobs and their pods', () => {
    const cron: RawObject = {
      kind: 'CronJob',
      metadata: { name: 'nightly', namespace: 'states', uid: 'c', creationTimestamp: '2026-11-01T00:00:00Z' },
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: { spec: { template: { spec: { containers: [{ image: 'job:1' }] } } } },
      },
    };
    const job = owned('Job', 'nightly-1', cron, { spec: { completions: 2 }, status: { succeeded: 1 } });
    const pod = owned('Pod', 'nightly-1-x', job, { status: { phase: 'Running' } });
    const [root] = treeOf([cron, job, pod]).roots;
    expect(root).toMatchObject({ images: ['job:1'], createdAt: '2026-11-01T00:00:00Z' });
    expect(root).not.toHaveProperty('desired');
    expect(root?.children[0]).toMatchObject({ name: 'nightly-1', desired: 2, ready: 1 });
    expect(root?.children[0]?.children[0]).toMatchObject({ name: 'nightly-1-x' });
  });

  it("puts what supports last, in the operator's words, and says of a workload how it is linked", () => {
    const service = item('Service', 'web', { supporting: true, verdict: 'Degraded', reason: 'NoEndpoints' });
    const gadget = item('Gadget', 'own', { verdict: 'Progressing', reason: 'Starting', shared: true });
    const tree = treeOf([], {
      roots: [
        { item: service, isUnread: true },
        { item: gadget, isUnread: true },
      ],
    });
    expect(tree.roots).toMatchObject([
      { kind: 'Gadget', verdict: 'Progressing', reason: 'Starting', shared: true, link: 'Name' },
      { kind: 'Service', verdict: 'Degraded', reason: 'NoEndpoints', supporting: true, message: 'All is well.' },
    ]);
  });

  it('is Unknown, and never the last verdict, where a workload could not be read or is gone', () => {
    const failure = { resource: 'deployments.apps', path: '/x', reason: 'Forbidden', status: 403 } as const;
    const tree = treeOf([], {
      roots: [{ item: item('Deployment', 'hidden'), failure }, { item: item('Deployment', 'gone') }],
      failures: [failure, { ...failure, path: '/y' }],
    });
    expect(tree.errors).toEqual([{ resource: 'deployments.apps', reason: 'Forbidden' }]);
    expect(tree.roots).toMatchObject(
      [
        { name: 'gone', verdict: 'Unknown', reason: 'NotFound', message: /not there any more/ },
        {
          name: 'hidden',
          verdict: 'Unknown',
          reason: 'Forbidden',
          message: /cannot be read now. Its status said Healthy/,
        },
      ].map((each) => ({ ...each, message: expect.stringMatching(each.message) })),
    );
  });

  it('is Unknown, and not as healthy as its counts, where its pods could not be read', () => {
    const labels = { metadata: { name: 'web', namespace: 'states', uid: 'd' }, kind: 'Deployment' };
    const counts = { replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 };
    const deployment: RawObject = { ...labels, spec: { replicas: 1 }, status: counts };
    const failure = { resource: 'pods', path: '/api/v1/namespaces/states/pods', reason: 'Forbidden' } as const;
    const verdictWith = (failures: EntityObjects['failures']): string[] =>
      treeOf([deployment], { failures }).roots.map(({ verdict, reason }) => `${verdict} ${reason}`);
    expect(verdictWith([failure])).toEqual(['Unknown Forbidden']);
    const known = verdictWith([]);
    expect(known).toEqual([expect.stringMatching(/^Healthy /)]);
    // One pod, another namespace, and some of many say nothing of these.
    expect(verdictWith([{ ...failure, path: `${failure.path}/web-1` }])).toEqual(known);
    expect(verdictWith([{ ...failure, path: '/api/v1/namespaces/other/pods' }])).toEqual(known);
    expect(verdictWith([{ ...failure, reason: 'Partial' }])).toEqual(known);
    // What is wrong by its own word stands.
    const stopped = treeOf([{ ...deployment, spec: { replicas: 0 }, status: {} }], { failures: [failure] });
    expect(stopped.roots[0]?.verdict).toBe('Suspended');
  });

  it('is bounded, and counts what it does not show', () => {
    const set: RawObject = { kind: 'DaemonSet', metadata: { name: 'all', namespace: 'states', uid: 'ds' } };
    const pods = Array.from({ length: 300 }, (_, at) => owned('Pod', `all-${at}`, set));
    const tree = treeOf([set, ...pods], { more: 10 });
    expect(tree.roots[0]?.children).toHaveLength(199);
    expect(tree.more).toBe(111);
  });

  it.each([
    ['nothing but a name', { kind: 'Deployment', metadata: { name: 'x' } }],
    ['fields of other types', { kind: 'Pod', metadata: { name: 'x' }, spec: 7, status: { containerStatuses: 'all' } }],
    ['a status that is null', { kind: 'Job', metadata: { name: 'x' }, spec: null, status: null }],
    [
      'counts below zero',
      { kind: 'StatefulSet', metadata: { name: 'x' }, spec: { replicas: -4 }, status: { readyReplicas: -1 } },
    ],
  ])('stands an object with %s', (_title, object) => {
    const [root] = treeOf([object as unknown as RawObject]).roots;
    expect(root?.name).toBe('x');
  });
});
