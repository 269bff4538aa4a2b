import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWorkloadInformers, informersByKind } from '@portolan/controllers';
import { createStore, type Informer, type KubernetesObject, type ResourceType } from '@portolan/runtime';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { paths } from '../paths.ts';

interface Role {
  kind: string;
  metadata: { name: string };
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

/** `resource.group` of everything that a file's role may list and watch. */
function watchable(file: string, kind: string): Set<string> {
  const roles = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Role);
  const rules = roles.find((role) => role.kind === kind && role.metadata.name === 'portolan-operator')?.rules ?? [];
  const readable = rules.filter(({ verbs }) => verbs.includes('list') && verbs.includes('watch'));
  return new Set(
    readable.flatMap(({ apiGroups, resources }) =>
      apiGroups.flatMap((group) => resources.map((resource) => `${resource}.${group}`)),
    ),
  );
}

/** `resource.group` of everything that the operator watches beside its own kinds. */
function watched(isClusterWide: boolean): string[] {
  const resources: ResourceType[] = [];
  const informers = createWorkloadInformers({
    inform: <T extends KubernetesObject>({ resource }: { resource: ResourceType }): Informer<T> => {
      resources.push(resource);
      const store = createStore<T>();
      return {
        resource,
        store,
        synced: Promise.resolve(),
        isSynced: () => true,
        status: () => [],
        run: async () => {},
      };
    },
    isClusterWide,
  });
  expect(informersByKind(informers).size).toBe(resources.length);
  return resources.map(({ plural, group }) => `${plural}.${group}`);
}

describe('the roles of the chart', () => {
  it.each([
    ['for the cluster', join(paths.rbac, 'operator.yaml'), 'ClusterRole', true],
    ['for a namespace', paths.namespacedRbac, 'Role', false],
  ])('%s let the operator list and watch whatever it watches', (_what, file, kind, isClusterWide) => {
    const allowed = watchable(file, kind);
    expect(watched(isClusterWide).filter((resource) => !allowed.has(resource))).toEqual([]);
  });
});
