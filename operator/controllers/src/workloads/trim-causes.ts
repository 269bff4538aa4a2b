/**
 * Reads the cause out of a message of Kubernetes' own components, once, when an object is stored: what is kept is a
 * word of this file or the name of an object, never the text. Quoted parts are ignored except where a name is wanted,
 * so that an image called "denied" denies nothing.
 */

const readLength = 4096;
type Table = readonly (readonly [pattern: RegExp, cause: string])[];

/** containerd, CRI-O and registries, as the kubelet passes them on. */
const imageCauses: Table = [
  [/no match for platform|no matching manifest|exec format/i, 'WrongPlatform'],
  [/toomanyrequests|too many requests|429|rate limit/i, 'RateLimited'],
  [/unauthorized|authentication required|authorization failed|access denied|denied:|\b40[13]\b/i, 'Unauthorized'],
  [/not found|manifest unknown|name unknown|does not exist|\b404\b/i, 'NotFound'],
  [/x509|certificate|server gave HTTP response to HTTPS/i, 'CertificateRefused'],
  [/no such host|connection refused|i\/o timeout|dial tcp|deadline exceeded|no route to host/i, 'RegistryUnreachable'],
  [/no space left/i, 'DiskFull'],
];

/** ReplicaSet controller and admission, in the condition ReplicaFailure. */
const createCauses: Table = [
  [/exceeded quota|must specify (limits|requests)/i, 'Quota'],
  [/violates PodSecurity/i, 'PodSecurity'],
  [/admission webhook|failed calling webhook|ValidatingAdmissionPolicy|denied the request/i, 'AdmissionDenied'],
  [/(maximum|minimum) .* usage per|maximum .* limit/i, 'LimitRange'],
  [/serviceaccount .* not found|no service account|error looking up service account/i, 'ServiceAccountMissing'],
  [/is invalid|Invalid value/i, 'Invalid'],
];

/** runc and containerd, in a container that never started. */
const startCauses: Table = [
  [/exec format error/i, 'WrongPlatform'],
  [/permission denied/i, 'NotExecutable'],
  [/no such file or directory|executable file not found/i, 'CommandNotFound'],
];

/** The scheduler's sentences, `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint`. */
const schedulingCauses: Table = [
  [/unbound immediate PersistentVolumeClaims|didn't find available persistent volumes/i, 'a bound volume'],
  [/persistentvolumeclaim .* not found/i, 'a PersistentVolumeClaim that does not exist'],
  [/volume node affinity conflict/i, "a node in the volume's zone"],
  [/max volume count/i, 'a free volume slot'],
  [/node affinity\/selector|node selector|node affinity/i, 'a node with the labels it selects'],
  [/untolerated taint|had taints? .*tolerate/i, 'a toleration for a taint'],
  [/pod anti-affinity/i, 'a node without the pods it avoids'],
  [/pod affinity rules/i, 'a node with the pods it seeks'],
  [/topology spread/i, 'an even spread over the topology'],
  [/free ports/i, 'a free host port'],
  [/Too many pods/i, 'a free place for a pod'],
  [/unschedulable/i, 'a node that is not cordoned'],
  [/no nodes available/i, 'any node at all'],
];

export function imageCause(message: unknown): string | undefined {
  return first(imageCauses, message);
}

export function createCause(message: unknown): string | undefined {
  return first(createCauses, message);
}

export function startCause(message: unknown): string | undefined {
  return first(startCauses, message);
}

/** What the scheduler misses, in words, at most four: `enough cpu and a toleration for a taint`. */
export function schedulingCause(message: unknown): string | undefined {
  // Preemption repeats the sentence with other words.
  const sentence = plain(message).split(' preemption:')[0] ?? '';
  const resources = [...sentence.matchAll(/Insufficient ([a-z0-9][a-z0-9./-]{0,62})/g)].map(
    (each) => `enough ${(each[1] ?? '').replace(/[.,]+$/, '')}`,
  );
  const others = schedulingCauses.flatMap(([pattern, cause]) => (pattern.test(sentence) ? [cause] : []));
  const missing = [...new Set([...resources, ...others])].slice(0, 4);
  const last = missing.pop();
  if (last === undefined) return undefined;
  return missing.length === 0 ? last : `${missing.join(', ')} and ${last}`;
}

/** Why the kubelet refuses a container's configuration: `Secret absent`, `ConfigMap absent`, `RunAsRoot`, … */
export function configCause(message: unknown): string | undefined {
  const full = typeof message === 'string' ? message.slice(0, readLength) : '';
  const named = /\b(secret|configmap) "?([a-z0-9][a-z0-9.-]{0,252})"? not found/i.exec(full);
  const kinds: Record<string, string> = { secret: 'Secret', configmap: 'ConfigMap' };
  const kindOf = (word: string | undefined): string => kinds[(word ?? '').toLowerCase()] ?? '';
  if (named !== null) return `${kindOf(named[1])} ${named[2] ?? ''}`;
  const key = /couldn't find key .{1,253} in (Secret|ConfigMap) [a-z0-9-]{1,63}\/([a-z0-9][a-z0-9.-]{0,252})/i.exec(
    full,
  );
  if (key !== null) return `Key of ${kindOf(key[1])} ${key[2] ?? ''}`;
  if (/runAsNonRoot|non-root policy|runAsUser breaks/i.test(full)) return 'RunAsRoot';
  if (/subpath|subPath/.test(full)) return 'SubPath';
  return undefined;
}

function first(table: Table, message: unknown): string | undefined {
  const read = plain(message);
  return read === '' ? undefined : table.find(([pattern]) => pattern.test(read))?.[1];
}

function plain(message: unknown): string {
  if (typeof message !== 'string') return '';
  return message.slice(0, readLength).replace(/"[^"]*"/g, '""');
}
