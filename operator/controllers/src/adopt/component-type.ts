import type { Candidate, ServiceSelector } from './candidate.ts';

/** Programs that are known by their image's name and are not what a team wrote itself. */
const typeByProgram: ReadonlyMap<string, string> = new Map(
  Object.entries({
    database: ['postgres', 'postgresql', 'mysql', 'mariadb', 'mongo', 'mongodb', 'cassandra', 'elasticsearch'],
    cache: ['redis', 'valkey', 'memcached'],
    queue: ['kafka', 'rabbitmq', 'nats', 'zookeeper'],
  }).flatMap(([type, programs]) => programs.map((program) => [program, type] as const)),
);

/**
 * Guesses `spec.type` of what these workloads run together.
 *
 * @param services undefined where Services cannot be read; then a declared port counts as being reached
 */
export function componentTypeOf(group: readonly Candidate[], services: readonly ServiceSelector[] | undefined): string {
  if (group.every(({ kind }) => kind === 'CronJob')) return 'cronjob';
  if (group.every(({ kind }) => kind === 'DaemonSet')) return 'daemon';
  const known = group
    .flatMap(({ workload }) => workload.link.images)
    .map((image) => typeByProgram.get(programOf(image)));
  // All of them, because a team's own program may bring its cache along.
  const [first] = known;
  if (first !== undefined && known.every((type) => type === first)) return first;
  const isReached = group.some((each) => (services === undefined ? each.hasPorts : isSelected(each, services)));
  return isReached ? 'service' : 'worker';
}

/** The last part of an image's name, without registry, tag and digest. */
function programOf(image: string): string {
  return /([^/:@]+)(?::[^/@]*)?(?:@.*)?$/.exec(image)?.[1]?.toLowerCase() ?? '';
}

function isSelected({ workload }: Candidate, services: readonly ServiceSelector[]): boolean {
  return services.some(
    ({ namespace, selector }) =>
      namespace === workload.metadata.namespace &&
      Object.entries(selector).every(([key, value]) => workload.link.podLabels[key] === value),
  );
}
