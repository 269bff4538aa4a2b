import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { parseAllDocuments } from 'yaml';
import type { Kubectl } from '../control-plane/kubectl.ts';

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  items?: Manifest[];
}

interface Resource {
  name: string;
  singularName: string;
  kind: string;
  namespaced: boolean;
  categories?: string[];
}

/**
 * The few kubectl commands that `hack/up` itself needs, for machines without kubectl: server-side apply, `wait`,
 * `create --raw`, `config view`, and the readiness of the catalog. Anything else fails with code 1.
 */
export function createPreviewKubectl(options: {
  server: string;
  certificateAuthority: string;
  token: string;
  kubeconfig: string;
}): { kubectl: Kubectl; close(): Promise<void> } {
  const { server, certificateAuthority: ca, token } = options;
  const agent = new Agent({ connect: { ca } });
  const send = async (method: string, path: string, body?: string, type = 'application/json'): Promise<unknown> => {
    const response = await request(new URL(path, server), {
      method,
      dispatcher: agent,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': type }) },
      body: body ?? null,
    });
    const answer = (await response.body.json()) as { message?: string };
    if (response.statusCode >= 300) throw new Error(answer.message ?? `${path}: ${response.statusCode}`);
    return answer;
  };
  const folderOf = (apiVersion: string): string =>
    apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const resourcesOf = async (apiVersion: string): Promise<Resource[]> =>
    ((await send('GET', folderOf(apiVersion))) as { resources: Resource[] }).resources;

  const applyOne = async (manifest: Manifest): Promise<string> => {
    const { apiVersion, kind, metadata } = manifest;
    const resources = await resourcesOf(apiVersion);
    const resource = resources.find((each) => each.kind === kind && !each.name.includes('/'));
    if (resource === undefined) throw new Error(`no kind ${kind} in ${apiVersion}`);
    const scope = resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
    const path = `${folderOf(apiVersion)}${scope}/${resource.name}/${metadata.name}`;
    const query = '?fieldManager=portolan-up&force=true&fieldValidation=Strict';
    await send('PATCH', path + query, JSON.stringify(manifest), 'application/apply-patch+yaml');
    const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
    return `${resource.singularName}${group === '' ? '' : `.${group}`}/${metadata.name} serverside-applied\n`;
  };
  const apply = async (args: readonly string[], input: string): Promise<string> => {
    const source = args[args.indexOf('-f') + 1] ?? '-';
    const texts = source === '-' ? [input] : await readManifests(source);
    const manifests = texts.flatMap((text) => parseAllDocuments(text).map((each) => each.toJS() as Manifest | null));
    let output = '';
    for (const manifest of manifests.flatMap((each) => each?.items ?? each ?? [])) output += await applyOne(manifest);
    return output;
  };
  /** The status of the condition Ready of every entity, one a line. */
  const readiness = async (): Promise<string> => {
    const version = 'portolan.dev/v1alpha1';
    const resources = (await resourcesOf(version)).filter(({ categories }) => categories?.includes('catalog'));
    const lists = await Promise.all(resources.map(async ({ name }) => send('GET', `/apis/${version}/${name}`)));
    type Entity = { status?: { conditions?: { type: string; status: string }[] } };
    return lists
      .flatMap((list) => (list as { items: Entity[] }).items)
      .map(({ status }) => `${status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? ''}\n`)
      .join('');
  };
  const output = async (args: readonly string[], input: string): Promise<string> => {
    switch (args.slice(0, 2).join(' ')) {
      case 'config view':
        return readFile(options.kubeconfig, 'utf8');
      case 'create --raw':
        return JSON.stringify(await send('POST', args[2] ?? '', input));
      case 'get catalog':
        return readiness();
      default:
        if (args[0] === 'apply') return apply(args, input);
        // The local API serves a CRD as soon as it is stored.
        if (args[0] === 'wait') return '';
        throw new Error(`kubectl ${args.join(' ')} needs kubectl, which is not installed`);
    }
  };
  return {
    kubectl: async (args, { input = '' } = {}) =>
      output(args, input).then(
        (stdout) => ({ code: 0, stdout, stderr: '' }),
        (error: unknown) => ({ code: 1, stdout: '', stderr: error instanceof Error ? error.message : String(error) }),
      ),
    close: async () => {
      await agent.destroy();
    },
  };
}

/** The texts of a file, or of every YAML file below a folder, in the order of their paths. */
async function readManifests(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [await readFile(path, 'utf8')];
  const names = (await readdir(path, { recursive: true })).filter((name) => /\.ya?ml$/.test(name)).toSorted();
  return Promise.all(names.map(async (name) => readFile(join(path, name), 'utf8')));
}
