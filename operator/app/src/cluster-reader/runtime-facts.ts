import type { RawObject, RuntimeContainer } from '@portolan/api';

const imagesShown = 20;
const containersShown = 50;

/** Replicas that there should be and that are ready; nothing for kinds that have none. */
export function countsOf(kind: string, object: RawObject): { desired?: number; ready?: number } {
  const spec = record(object['spec']);
  const status = record(object['status']);
  switch (kind) {
    case 'DaemonSet':
      return { desired: count(status['desiredNumberScheduled']), ready: count(status['numberReady']) };
    case 'Pod':
    case 'CronJob':
      return {};
    case 'Job':
      return { desired: count(spec['completions'], 1), ready: count(status['succeeded']) };
    default:
      if (spec['replicas'] === undefined && status['replicas'] === undefined) return {};
      return { desired: count(spec['replicas'], 1), ready: count(status['readyReplicas']) };
  }
}

/** The images that it runs or would run, each once. */
export function imagesOf(kind: string, object: RawObject): readonly string[] {
  const spec = record(object['spec']);
  const template = kind === 'CronJob' ? record(record(spec['jobTemplate'])['spec'])['template'] : spec['template'];
  const podSpec = kind === 'Pod' ? spec : record(record(template)['spec']);
  const images = list(podSpec['containers']).map((each) => text(record(each)['image']));
  return [...new Set(images.filter((image) => image !== ''))].slice(0, imagesShown);
}

/** Of all containers of a pod. */
export function restartsOf(pod: RawObject): number {
  const status = record(pod['status']);
  return [...list(status['initContainerStatuses']), ...list(status['containerStatuses'])].reduce<number>(
    (sum, each) => sum + count(record(each)['restartCount']),
    0,
  );
}

/** The containers of a pod in the order in which they start, with what the kubelet says of each. */
export function containersOf(pod: RawObject): readonly RuntimeContainer[] {
  const spec = record(pod['spec']);
  const status = record(pod['status']);
  const group = (names: string, statuses: string, role: RuntimeContainer['role']): RuntimeContainer[] => {
    const reported = new Map(list(status[statuses]).map((each) => [record(each)['name'], record(each)] as const));
    return list(spec[names]).map((each) => {
      const described = record(each);
      const isSidecar = role === 'init' && described['restartPolicy'] === 'Always';
      return container(described, reported.get(described['name']) ?? {}, isSidecar ? 'sidecar' : role);
    });
  };
  return [
    ...group('initContainers', 'initContainerStatuses', 'init'),
    ...group('containers', 'containerStatuses', undefined),
    ...group('ephemeralContainers', 'ephemeralContainerStatuses', 'ephemeral'),
  ].slice(0, containersShown);
}

function container(
  spec: Record<string, unknown>,
  status: Record<string, unknown>,
  role: RuntimeContainer['role'],
): RuntimeContainer {
  const { waiting, running, terminated } = record(status['state']);
  const reason = word(record(terminated ?? waiting)['reason']);
  const exitCode = record(terminated ?? record(status['lastState'])['terminated'])['exitCode'];
  return {
    name: text(spec['name']),
    image: text(spec['image']),
    ...(role !== undefined && { role }),
    state: terminated ? 'Terminated' : running ? 'Running' : waiting ? 'Waiting' : 'Unknown',
    ...(reason !== '' && { reason }),
    ...(typeof exitCode === 'number' && { exitCode }),
    ready: status['ready'] === true,
    restarts: count(status['restartCount']),
  };
}

/** A reason is one word; whatever else a runtime may send as one stays out. */
function word(value: unknown): string {
  return text(value)
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 128);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function count(value: unknown, absent = 0): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.floor(value) : absent;
}
