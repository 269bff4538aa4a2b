import type { KubeConfig } from '@kubernetes/client-node';
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { dirname, resolve } from 'node:path';
import { systemClock, type Clock } from '../clock.ts';
import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { createCredentials, type Authentication, type Credentials, type TlsMaterial } from './credentials.ts';

/** The longest piece of another program's words that goes into an error. */
const longestCause = 300;

/**
 * Credentials of a kubeconfig file: tokens, token files, client certificates, basic auth, impersonation and exec
 * plugins. The file is read again every 60 s and after a 401; an exec plugin is asked again when what it gave expires
 * and after a 401. RUNTIME_CREDENTIALS for a file or context that cannot be used. `clock` is there for tests.
 */
export async function loadKubeconfigCredentials(options: {
  path: string;
  /** The file's current context where absent. */
  context?: string | undefined;
  clock?: Pick<Clock, 'monotonic'>;
}): Promise<Credentials> {
  const { path, context, clock = systemClock } = options;
  let config = await loadConfig(path, context);
  const read = async (isForced: boolean): Promise<Authentication> => {
    // A config object remembers what its exec plugin gave, so it is kept until that is of no use.
    if (isForced || !usesExec(config)) config = await loadConfig(path, context);
    return authenticationOf(config, path);
  };
  const server = config.getCurrentCluster()?.server ?? '';
  return createCredentials({ server, read, first: await authenticationOf(config, path), clock });
}

async function loadConfig(path: string, context: string | undefined): Promise<KubeConfig> {
  // Loaded here only: it takes 60 MB that a pod never needs.
  const { KubeConfig: Config } = await import('@kubernetes/client-node');
  const config = new Config();
  try {
    config.loadFromFile(path);
  } catch (error) {
    throw unusable(path, `failed to read it: ${readFailure(error)}`);
  }
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      const known = config.getContexts().map(({ name }) => name);
      throw unusable(path, `it has no context '${context}'; it has: ${known.join(', ') || 'none'}`);
    }
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw unusable(path, `its context '${config.getCurrentContext()}' names no cluster`);
  if (!URL.canParse(cluster.server)) throw unusable(path, `its server '${cluster.server}' is no URL`);
  if (cluster.proxyUrl !== undefined) throw unusable(path, 'its cluster has a proxy-url, which is not supported');
  return config;
}

async function authenticationOf(config: KubeConfig, path: string): Promise<Authentication> {
  const user = config.getCurrentUser();
  const applied: RequestOptions = { headers: {} };
  try {
    await config.applyToHTTPSOptions(applied);
  } catch (error) {
    // A syntax error quotes what it could not parse: that may be a token.
    const words = error instanceof SyntaxError ? 'its exec plugin printed no ExecCredential' : messageOf(error);
    throw unusable(path, `user '${user?.name ?? ''}': ${words.slice(0, longestCause)}`);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(applied.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value.trim();
  }
  if (typeof applied.auth === 'string') {
    headers['authorization'] ??= `Basic ${Buffer.from(applied.auth).toString('base64')}`;
  }
  const token = await tokenOfFile(path, user?.name);
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  const ca = pem(applied.ca);
  const cert = pem(applied.cert);
  const key = pem(applied.key);
  const servername = config.getCurrentCluster()?.tlsServerName;
  const tls: TlsMaterial = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(servername !== undefined && { servername }),
    ...(applied.rejectUnauthorized !== undefined && { rejectUnauthorized: applied.rejectUnauthorized }),
  };
  return { headers, tls };
}

/** The token of a user's `tokenFile`, which wins over `token` as in client-go; client-node does not know that field. */
async function tokenOfFile(path: string, userName: string | undefined): Promise<string | undefined> {
  const { loadYaml } = await import('@kubernetes/client-node');
  try {
    const { users } = loadYaml<RawKubeconfig>(await readFile(path, 'utf8'));
    const file = users?.find(({ name }) => name === userName)?.user?.tokenFile;
    if (typeof file !== 'string' || file === '') return undefined;
    return (await readFile(resolve(dirname(path), file), 'utf8')).trim();
  } catch (error) {
    throw unusable(path, `failed to read the token file of user '${userName ?? ''}': ${readFailure(error)}`);
  }
}

/** A fault of YAML by its line only: its own message quotes the lines around, and those hold tokens and keys. */
function readFailure(error: unknown): string {
  const { mark } = error as { mark?: { line?: unknown } };
  return typeof mark?.line === 'number' ? `line ${mark.line + 1} is no valid YAML` : messageOf(error);
}

interface RawKubeconfig {
  users?: readonly { name?: string; user?: { tokenFile?: unknown } | null }[] | null;
}

function pem(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}

function unusable(path: string, why: string): RuntimeError {
  return new RuntimeError(runtimeErrorCodes.credentials, `failed to use the kubeconfig ${path}: ${why}`);
}

function usesExec(config: KubeConfig): boolean {
  const exec: unknown = config.getCurrentUser()?.exec;
  return exec !== undefined && exec !== null;
}
