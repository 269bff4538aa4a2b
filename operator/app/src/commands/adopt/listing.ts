import { trimEntity, trimNamespace, type TrimmedEntity, type TrimmedNamespace } from '@portolan/controllers';
import {
  adoptableKinds,
  candidateOf,
  createListedStores,
  ownerHintsOf,
  serviceSelectorOf,
  type Candidate,
  type ListedStores,
  type OwnerHint,
  type ServiceSelector,
} from '@portolan/controllers/adopt';
import type { EntityKind, EntityResource, NamespaceMapping } from '@portolan/crds';
import {
  listPages,
  messageOf,
  resourceName,
  resourcePath,
  RuntimeError,
  runtimeErrorCodes,
  type ResourceType,
  type Transport,
} from '@portolan/runtime';
import { entityResources, namespaceResource, workloadResources } from '../../resources.ts';
import { CommandError } from '../command-error.ts';

const serviceResource: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'services',
  kind: 'Service',
  namespaced: true,
};

/** What adopting decides from, and what could not be read. */
export interface Listing extends ListedStores {
  candidates: readonly Candidate[];
  /** Undefined where Services may not be listed. */
  services: readonly ServiceSelector[] | undefined;
  namespaceHints: ReadonlyMap<string, readonly OwnerHint[]>;
  /** What is missing because it may not be read, one sentence each. Workloads are, where `isPartial`. */
  notes: readonly string[];
  isPartial: boolean;
}

/**
 * Lists what adopting needs. Entities are asked for in the whole cluster first, because one of another namespace may
 * claim a workload; who may not see that sees those of the namespace.
 * @throws {CommandError} `COMMAND_FAILED` when entities or all workloads cannot be read
 */
export async function readListing(options: {
  transport: Transport;
  namespace: string | undefined;
  namespaces: NamespaceMapping;
  signal: AbortSignal;
}): Promise<Listing> {
  const { transport, namespace, namespaces, signal } = options;
  const notes: string[] = [];
  const list = async (resource: ResourceType, where: string | undefined): Promise<unknown[]> => {
    const items: unknown[] = [];
    await listPages({ transport, resource, namespace: where, signal, onItem: (raw) => items.push(raw) });
    return items;
  };
  /** Undefined where it is forbidden. */
  const listIfAllowed = async (resource: ResourceType, where: string | undefined): Promise<unknown[] | undefined> => {
    try {
      return await list(resource, where);
    } catch (error) {
      if (isStatus(error, 403)) return undefined;
      throw failure(error);
    }
  };
  const listEntities = async (kind: EntityKind): Promise<TrimmedEntity[] | undefined> => {
    const resource = resourceOf(entityResources, kind);
    let found = await listIfAllowed(resource, undefined);
    if (found === undefined && namespace !== undefined) {
      found = await listIfAllowed(resource, namespace);
      if (found !== undefined)
        notes.push(`${resourceName(resource)} of other namespaces may not be listed and do not count.`);
    }
    return found?.map((raw) => trimEntity(raw as EntityResource, namespaces));
  };

  const readNamespaces = await readNamespaceObjects(options, listIfAllowed);
  const entities: TrimmedEntity[] = [];
  for (const kind of ['Component', 'Resource'] as const) {
    const found = await listEntities(kind);
    if (found === undefined) throw forbidden(resourceOf(entityResources, kind), namespace);
    entities.push(...found);
  }
  for (const kind of ['Group', 'System'] as const) {
    const found = await listEntities(kind);
    if (found === undefined)
      notes.push(`${sentence(resourceOf(entityResources, kind), namespace)}; none is taken into a Component.`);
    entities.push(...(found ?? []));
  }

  const candidates: Candidate[] = [];
  const refused: string[] = [];
  for (const kind of adoptableKinds) {
    const resource = resourceOf(workloadResources, kind);
    const found = await listIfAllowed(resource, namespace);
    if (found === undefined) refused.push(sentence(resource, namespace));
    else candidates.push(...found.filter((raw) => isOffered(raw, namespace)).map((raw) => candidateOf(kind, raw)));
  }
  if (refused.length === adoptableKinds.length) throw forbidden(resourceOf(workloadResources, 'Deployment'), namespace);
  const services = await listIfAllowed(serviceResource, namespace);
  if (services === undefined) {
    notes.push(`${sentence(serviceResource, namespace)}; whether something is a service is guessed by its ports.`);
  }
  return {
    ...createListedStores({
      entities,
      workloads: candidates.map((each) => each.workload),
      namespaces: readNamespaces.map((raw): TrimmedNamespace => trimNamespace(raw)),
    }),
    candidates,
    services: services?.map(serviceSelectorOf).filter((each) => each !== undefined),
    namespaceHints: new Map(
      readNamespaces.map((raw) => [trimNamespace(raw).metadata.name, ownerHintsOf(raw)] as const),
    ),
    notes: [...refused.map((each) => `${each}; they are not offered.`), ...notes],
    isPartial: refused.length > 0,
  };
}

/** The Namespaces that may be read: their consent to links, and who owns them. */
async function readNamespaceObjects(
  { transport, namespace, signal }: Parameters<typeof readListing>[0],
  listIfAllowed: (resource: ResourceType, where: string | undefined) => Promise<unknown[] | undefined>,
): Promise<unknown[]> {
  if (namespace === undefined) return (await listIfAllowed(namespaceResource, undefined)) ?? [];
  try {
    const path = resourcePath(namespaceResource, { name: namespace });
    return [await transport.request({ method: 'GET', path, signal, labels: { verb: 'get', resource: 'namespaces' } })];
  } catch (error) {
    if (isStatus(error, 404)) {
      throw new CommandError('COMMAND_FAILED', `Namespace ${namespace} does not exist.`, { cause: error });
    }
    if (isStatus(error, 403)) return [];
    throw failure(error);
  }
}

/** The cluster's own parts are nobody's components, unless their namespace is asked for by name. */
function isOffered(raw: unknown, namespace: string | undefined): boolean {
  const { metadata } = raw as { metadata?: { namespace?: string } };
  return namespace !== undefined || !(metadata?.namespace ?? '').startsWith('kube-');
}

function resourceOf<Kind>(resources: ReadonlyMap<Kind, ResourceType>, kind: Kind): ResourceType {
  const resource = resources.get(kind);
  if (resource === undefined) throw new TypeError(`no resource for ${String(kind)}`);
  return resource;
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof RuntimeError && error.code === runtimeErrorCodes.apiStatus && error.status === status;
}

function sentence(resource: ResourceType, namespace: string | undefined): string {
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
  return `You may not list ${resourceName(resource)} ${where}: the verb list on ${resourceName(resource)} is missing`;
}

function forbidden(resource: ResourceType, namespace: string | undefined): CommandError {
  const binding = namespace === undefined ? 'a ClusterRoleBinding' : `a RoleBinding in ${namespace}`;
  return new CommandError(
    'COMMAND_FAILED',
    `${sentence(resource, namespace)}; ${binding} of the ClusterRole view grants it.`,
  );
}

/** Translates what a request failed of. The transport's own words carry no token. */
function failure(error: unknown): CommandError {
  if (isStatus(error, 404)) {
    return new CommandError(
      'COMMAND_FAILED',
      'The CRDs of Portolan are not installed in this cluster: "kubectl apply --server-side -f crds/manifests" installs them.',
      { cause: error },
    );
  }
  if (isStatus(error, 401)) {
    return new CommandError(
      'COMMAND_FAILED',
      'The API server does not accept the credentials of the kubeconfig: sign in again, or pass another --context.',
      { cause: error },
    );
  }
  if (!(error instanceof RuntimeError)) throw error;
  return new CommandError('COMMAND_FAILED', `The API server did not answer: ${messageOf(error)}.`, { cause: error });
}
