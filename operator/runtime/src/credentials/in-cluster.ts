import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { systemClock, type Clock } from '../clock.ts';
import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { createCredentials, type Authentication, type Credentials } from './credentials.ts';

/** Where the kubelet mounts a pod's service account. */
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Credentials of the pod's service account. The token and the authority are read again every 60 s and after a 401, as
 * the kubelet replaces both. RUNTIME_CREDENTIALS outside a cluster or without a mounted token. `folder`,
 * `environment` and `clock` are there for tests.
 */
export async function loadInClusterCredentials(
  options: { folder?: string; environment?: NodeJS.ProcessEnv; clock?: Pick<Clock, 'monotonic'> } = {},
): Promise<Credentials> {
  const { folder = serviceAccountFolder, environment = process.env, clock = systemClock } = options;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (host === undefined || host === '' || port === undefined || port === '') {
    throw new RuntimeError(
      runtimeErrorCodes.credentials,
      'failed to load in-cluster credentials: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set',
    );
  }
  const fileOf = async (name: string): Promise<string> => {
    try {
      return await readFile(`${folder}/${name}`, 'utf8');
    } catch (error) {
      const message = `failed to read the service account's ${name}: ${messageOf(error)}`;
      throw new RuntimeError(runtimeErrorCodes.credentials, message, { cause: error });
    }
  };
  const read = async (): Promise<Authentication> => {
    const [token, ca] = await Promise.all([fileOf('token'), fileOf('ca.crt')]);
    if (token.trim() === '') {
      throw new RuntimeError(runtimeErrorCodes.credentials, "failed to read the service account's token: it is empty");
    }
    return { headers: { authorization: `Bearer ${token.trim()}` }, tls: { ca } };
  };
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return createCredentials({ server, read, first: await read(), clock });
}
