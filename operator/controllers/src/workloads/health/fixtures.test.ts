import { describe, expect, it } from 'vitest';
import { trimPersistentVolumeClaim } from '../trim-support.ts';
import { trimPod } from '../trim.ts';
import fixtures from './fixtures/failing-workloads.json' with { type: 'json' };
import { judgeRaw } from './registry.ts';
import { expectValid } from './testing/rule-table.ts';

const nowMs = Date.parse('2026-11-23T10:00:00Z');
const groups: Record<string, string> = { Deployment: 'apps', ReplicaSet: 'apps', Job: 'batch' };
type Fixture = { kind: string; metadata: { name: string; ownerReferences?: { name: string }[] } };
const items = fixtures.items as unknown as readonly Fixture[];
const ownedPods = (owner: string) =>
  items
    .filter((each) => each.kind === 'Pod' && each.metadata.ownerReferences?.[0]?.name === owner)
    .map((each) => trimPod(each));
const stuckPods = ownedPods('stuck-67dbd867b6');
const jobPods = ownedPods('failing');

function find(kind: string, name: string): Fixture {
  const found = items.find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new TypeError(`no fixture ${kind}/${name}`);
  return found;
}

/** What a person on call would say about each object, and do first. */
const verdicts: readonly [
  kind: string,
  name: string,
  verdict: string,
  reason: string,
  text: RegExp,
  command: string,
][] = [
  [
    'Pod',
    'bad-name',
    'Degraded',
    'InvalidImageName',
    /Correct the image name of container main/,
    "kubectl get pod bad-name -n states -o jsonpath='{.spec.containers[*].image}'",
  ],
  ['Pod', 'completed', 'Healthy', 'Completed', /^$/, ''],
  [
    'Pod',
    'failing-8w755',
    'Degraded',
    'ContainerFailed',
    /Read the last log lines of container main/,
    'kubectl logs failing-8w755 -n states -c main --tail=50',
  ],
  [
    'Pod',
    'failing-xhr7h',
    'Degraded',
    'ContainerFailed',
    /Read the last log lines of container main/,
    'kubectl logs failing-xhr7h -n states -c main --tail=50',
  ],
  [
    'Pod',
    'init-crashing',
    'Degraded',
    'CrashLoop',
    /Read the last log lines of container init/,
    'kubectl logs init-crashing -n states -c init --tail=50',
  ],
  [
    'Pod',
    'never-pull',
    'Degraded',
    'ErrImageNeverPull',
    /change the policy, or load the image/,
    'kubectl describe pod never-pull -n states',
  ],
  [
    'Pod',
    'no-command',
    'Degraded',
    'StartError',
    /does not contain the command/,
    'kubectl describe pod no-command -n states',
  ],
  [
    'Pod',
    'no-secret',
    'Degraded',
    'CreateContainerConfigError',
    /Create Secret absent in namespace states/,
    'kubectl get secret absent -n states',
  ],
  [
    'Pod',
    'no-volume',
    'Degraded',
    'VolumeNotReady',
    /Check that ConfigMap absent exist/,
    'kubectl events -n states --for pod/no-volume',
  ],
  [
    'Pod',
    'not-alive',
    'Degraded',
    'CrashLoop',
    /log lines of container main.*liveness probe/,
    'kubectl logs not-alive -n states -c main --tail=50',
  ],
  [
    'Pod',
    'not-ready',
    'Degraded',
    'ReadinessProbeFailed',
    /readiness probe of container main/,
    'kubectl events -n states --for pod/not-ready',
  ],
  [
    'Pod',
    'oom',
    'Degraded',
    'OOMKilled',
    /Raise the memory limit of container main \(now 32Mi\)/,
    'kubectl describe pod oom -n states',
  ],
  [
    'Pod',
    'root-refused',
    'Degraded',
    'CreateContainerConfigError',
    /would run as root and runAsNonRoot forbids it/,
    "kubectl get pod root-refused -n states -o jsonpath='{.spec.securityContext} {.spec.containers[*].securityContext}'",
  ],
  [
    'Pod',
    'stuck-67dbd867b6-k4h2k',
    'Degraded',
    'ImagePullBackOff',
    /cannot reach the registry/,
    'kubectl describe pod stuck-67dbd867b6-k4h2k -n states',
  ],
  [
    'Pod',
    'unschedulable',
    'Degraded',
    'Unschedulable',
    /misses enough cpu/,
    'kubectl describe pod unschedulable -n states',
  ],
  [
    'Deployment',
    'stuck',
    'Degraded',
    'ImagePullBackOff',
    /cannot reach the registry/,
    'kubectl describe pod stuck-67dbd867b6-k4h2k -n states',
  ],
  [
    'ReplicaSet',
    'stuck-67dbd867b6',
    'Degraded',
    'ImagePullBackOff',
    /cannot reach the registry/,
    'kubectl describe pod stuck-67dbd867b6-k4h2k -n states',
  ],
  [
    'Job',
    'failing',
    'Degraded',
    'BackoffLimitExceeded',
    /Read the log of Job failing's last pod/,
    'kubectl logs job/failing -n states --all-containers --tail=50',
  ],
  ['PersistentVolumeClaim', 'unbound', 'Degraded', 'NoStorageClass', /no StorageClass/, 'kubectl get storageclass'],
];

const podsByObject: Record<string, ReturnType<typeof trimPod>[]> = {
  stuck: stuckPods,
  'stuck-67dbd867b6': stuckPods,
  failing: jobPods,
};

function judgeFixture(kind: string, name: string) {
  const names = { group: groups[kind] ?? '', kind };
  return judgeRaw(find(kind, name), names, { nowMs, pods: podsByObject[name] ?? [] });
}

describe('an object of a real node', () => {
  it.each(verdicts)('%s %s is %s, %s', (...row) => {
    const [kind, name, verdict, reason, text, command] = row;
    const finding = judgeFixture(kind, name);
    expect(finding).toMatchObject({ verdict, reason });
    expect(finding.nextStep?.text ?? '').toMatch(text);
    expect(finding.nextStep?.command ?? '').toBe(command);
    expectValid(finding);
  });

  it('is in the table, each of them', () => {
    const told = verdicts.map(([kind, name]) => `${kind}/${name}`).sort();
    expect(told).toEqual(items.map((each) => `${each.kind}/${each.metadata.name}`).sort());
  });

  it('lends none of its own sentences to what is said about it', () => {
    const said = verdicts.map(([kind, name]) => JSON.stringify(judgeFixture(kind, name))).join('\n');
    expect(said).not.toMatch(
      /registry\.local|127\.0\.0\.1|back-off|Back-off|OCI runtime|stat \/absent|dial tcp|nodes are/,
    );
  });

  it('that is a stuck Deployment is explained down to the container', () => {
    expect(judgeFixture('Deployment', 'stuck').evidence).toEqual([
      { kind: 'Deployment', namespace: 'states', name: 'stuck', reason: 'ImagePullBackOff' },
      { kind: 'ReplicaSet', namespace: 'states', name: 'stuck-67dbd867b6', reason: 'PodsFailing' },
      {
        kind: 'Pod',
        namespace: 'states',
        name: 'stuck-67dbd867b6-k4h2k',
        container: 'main',
        reason: 'ImagePullBackOff',
        message: 'its image cannot be pulled: the registry cannot be reached',
      },
    ]);
  });

  it('that is a stuck Deployment without a visible pod says that its time is over', () => {
    const finding = judgeRaw(find('Deployment', 'stuck'), { group: 'apps', kind: 'Deployment' }, { nowMs, pods: [] });
    expect(finding).toMatchObject({ verdict: 'Degraded', reason: 'ProgressDeadlineExceeded' });
    expect(finding.nextStep?.text).toMatch(/rollout undo/);
  });

  it('that mounts an unbound claim says which', () => {
    const raw = find('Pod', 'no-volume') as unknown as { spec: object };
    const pod = { ...raw, spec: { ...raw.spec, volumes: [{ persistentVolumeClaim: { claimName: 'unbound' } }] } };
    const claim = () => trimPersistentVolumeClaim(find('PersistentVolumeClaim', 'unbound'));
    const finding = judgeRaw(pod, { group: '', kind: 'Pod' }, { nowMs, pods: [], claim });
    expect(finding).toMatchObject({ reason: 'VolumePending', nextStep: { command: 'kubectl get pvc -n states' } });
  });
});
