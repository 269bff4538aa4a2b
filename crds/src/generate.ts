import { stringify } from 'yaml';
import { clusterKind } from './kinds/cluster.ts';
import { entityDefinition } from './kinds/custom-kind.ts';
import { kinds } from './kinds/kinds.ts';
import { customResourceDefinition } from './manifests/custom-resource-definition.ts';

const header = '# Generated from crds/src by npm run generate; edit there.\n';

/** The files of `crds/manifests`: text by name. */
export function renderManifests(): ReadonlyMap<string, string> {
  return new Map(
    [...kinds.map(entityDefinition), clusterKind].map((info) => [
      `portolan.dev_${info.plural}.yaml`,
      header + stringify(customResourceDefinition(info), { lineWidth: 0, aliasDuplicateObjects: false }),
    ]),
  );
}
