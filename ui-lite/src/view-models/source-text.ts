import type { CatalogEntity } from '@portolan/catalog';
import { stringify } from 'yaml';
import { resourceName } from './kinds.ts';

/** Characters of a definition that a page carries; the rest is one click away in the read API. */
const shownDefinition = 131_072;
/** Relations in the YAML of a page: a group may have thousands. */
const shownRelations = 100;

export interface DefinitionView {
  type: string | undefined;
  text: string;
  lines: number;
  /** In KiB, rounded up. */
  size: number;
  truncated: boolean;
}

export interface YamlView {
  text: string;
  /** Prints the object from the cluster; absent for a kind without a resource. */
  command: string | undefined;
  apiHref: string;
}

export function definitionView(entity: CatalogEntity): DefinitionView | undefined {
  const definition = entity.spec['definition'];
  if (entity.kind.toLowerCase() !== 'api' || typeof definition !== 'string' || definition === '') return undefined;
  const type = entity.spec['type'];
  return {
    type: typeof type === 'string' ? type : undefined,
    text: definition.slice(0, shownDefinition),
    lines: definition.trimEnd().split('\n').length,
    size: Math.ceil(Buffer.byteLength(definition) / 1024),
    truncated: definition.length > shownDefinition,
  };
}

/** The entity as the read API serves it, as YAML, without what the page already shows or cannot carry. */
export function yamlView(entity: CatalogEntity, toKubernetes: (namespace: string) => string): YamlView {
  const { kind, metadata, relations } = entity;
  const spec =
    typeof entity.spec['definition'] === 'string' ? { ...entity.spec, definition: '(shown above)' } : entity.spec;
  const shown = {
    apiVersion: entity.apiVersion,
    kind,
    metadata,
    spec,
    relations: relations.slice(0, shownRelations),
    status: entity.status,
  };
  const left = relations.length - shownRelations;
  const note = left > 0 ? `# ${left} more relations are left out here\n` : '';
  const path = [kind, metadata.namespace, metadata.name]
    .map((part) => encodeURIComponent(part.toLowerCase()))
    .join('/');
  return {
    text: note + stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false }),
    command: command(entity, toKubernetes),
    apiHref: `/api/catalog/entities/by-name/${path}`,
  };
}

function command(entity: CatalogEntity, toKubernetes: (namespace: string) => string): string | undefined {
  const resource = resourceName(entity.kind);
  if (resource === undefined) return undefined;
  const name = objectName(entity.metadata.name);
  return `kubectl get ${resource} ${name} -n ${toKubernetes(entity.metadata.namespace)} -o yaml`;
}

/** The object's name for an entity's name: lower case, other characters than Kubernetes allows replaced. */
function objectName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9.-]/g, '-');
}
