import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../process/run.ts';

/** Wraps a program and its arguments so that it finds what it would find in a pod; the pid stays the program's. */
export type PodStart = (
  program: string,
  args: readonly string[],
) => { command: string; args: readonly string[]; env: Readonly<Record<string, string>> };

/** What of a kubeconfig a pod has; the scripts write theirs as JSON. */
interface Kubeconfig {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  users: [{ user: { token: string } }];
}

// A file system of its own over /run, which is also /var/run, seen by this one process only. `exec` keeps the pid.
const script = `set -e
mount -t tmpfs none /run
mkdir -p /var/run/secrets/kubernetes.io
cp -R "$1" /var/run/secrets/kubernetes.io/serviceaccount
shift
exec "$@"`;

/**
 * Starts programs as in a pod, with a ServiceAccount's files in their fixed place, where the machine lets an
 * unprivileged process mount. A kubeconfig would cost Portolan a parser of 60 MiB and 0.6 s that no pod loads.
 *
 * @returns a function that wraps a program; undefined where mounting is not allowed
 */
export async function podStart(options: {
  directory: string;
  kubeconfig: string;
  namespace: string;
}): Promise<PodStart | undefined> {
  const { clusters, users } = JSON.parse(await readFile(options.kubeconfig, 'utf8')) as Kubeconfig;
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;
  const account = join(options.directory, 'serviceaccount');
  await mkdir(account, { recursive: true, mode: 0o700 });
  await writeFile(join(account, 'ca.crt'), Buffer.from(authority, 'base64'));
  await writeFile(join(account, 'token'), users[0].user.token, { mode: 0o600 });
  await writeFile(join(account, 'namespace'), options.namespace);
  const wrapper = ['--map-root-user', '--mount', 'sh', '-c', script, 'sh', account];
  if ((await run(['unshare'], [...wrapper, 'true'])).code !== 0) return undefined;
  const { hostname, port } = new URL(server);
  return (program, args) => ({
    command: 'unshare',
    args: [...wrapper, program, ...args],
    env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
  });
}
