import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createNamespaceMapping,
  declaredRefs,
  entityName,
  entityRef,
  kinds,
  type EntityResource,
} from '@portolan/crds';
import { kindSchemas } from '@portolan/crds/schemas';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
}

interface Workload extends Manifest {
  spec: {
    schedule?: string;
    suspend?: boolean;
    replicas?: number;
    progressDeadlineSeconds?: number;
    template?: PodTemplate;
    jobTemplate?: { spec: { template: PodTemplate } };
  };
}

interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: {
    nodeSelector?: Record<string, string>;
    tolerations?: { key: string; operator?: string; value?: string; effect?: string }[];
    containers: { name: string; image: string }[];
  };
}

const samples = fileURLToPath(new URL('../../samples/', import.meta.url));
const namespaces = createNamespaceMapping();

const entities = read<EntityResource>('catalog');
const workloads = read<Workload>('workloads');

describe('the sample catalog', () => {
  it('is of a size that looks like a company', () => {
    const count = (kind: string): number => entities.filter((entity) => entity.kind === kind).length;
    expect(entities.length).toBeGreaterThanOrEqual(100);
    expect(namespacesOf(entities)).toEqual(['logistics', 'org', 'payments', 'platform']);
    expect(Object.fromEntries(kinds.map((info) => [info.kind, count(info.kind)]))).toEqual({
      Component: 56,
      API: 20,
      Resource: 15,
      System: 12,
      Domain: 4,
      Group: 23,
      User: 40,
    });
  });

  it('has a tree of at least twelve teams below one root', () => {
    const groups = entities.filter((entity) => entity.kind === 'Group');
    const parents = new Map(groups.map((group) => [group.metadata.name, specText(group, 'parent')]));
    const teams = groups.filter((group) => specText(group, 'type') === 'team');
    expect(teams.length).toBeGreaterThanOrEqual(12);
    for (const team of teams) {
      const unit = parents.get(team.metadata.name) ?? '';
      expect([team.metadata.name, parents.get(unit)]).toEqual([team.metadata.name, 'meridian']);
    }
  });

  it('is accepted by the schema of each kind', () => {
    for (const entity of entities) {
      const result = kindSchemas[entity.kind].spec.safeParse(entity.spec);
      expect([nameOf(entity), result.success, result.error?.issues]).toEqual([nameOf(entity), true, undefined]);
    }
  });

  it('gives every entity its own name, with a title and a description', () => {
    const refs = entities.map((entity) => entityRef(entity, namespaces));
    expect(duplicates(refs)).toEqual([]);
    for (const entity of entities) {
      expect([nameOf(entity), entity.spec.title ?? '']).not.toEqual([nameOf(entity), '']);
      expect([nameOf(entity), entity.spec.description ?? '']).not.toEqual([nameOf(entity), '']);
    }
  });

  it('gives no component the name of a resource beside it, so that a workload can say whose it is', () => {
    const linking = entities.filter(({ kind }) => kind === 'Component' || kind === 'Resource');
    expect(duplicates(linking.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))).toEqual([]);
  });

  it('spells two names as Kubernetes could not, and their object names follow from them', () => {
    const named = entities.filter((entity) => entity.spec.entityName !== undefined);
    expect(named.map((entity) => entityName(entity)).sort()).toEqual(['Access_Broker', 'Billing_Gateway']);
    for (const entity of named) {
      expect(entityName(entity).toLowerCase().replaceAll('_', '-')).toBe(entity.metadata.name);
    }
  });

  it('has exactly the two dangling references that the README tells of', () => {
    const known = new Set(entities.map((entity) => entityRef(entity, namespaces)));
    const dangling = entities.flatMap((entity) =>
      declaredRefs(entity, namespaces)
        .filter(({ ref }) => !known.has(ref))
        .map(({ field, ref }) => `${entityRef(entity, namespaces)} ${field} ${ref}`),
    );
    expect(dangling.sort()).toEqual([
      'component:logistics/eta-predictor spec.dependsOn resource:platform/feature-store',
      'component:payments/legacy-invoicing spec.owner group:org/team-invoicing',
    ]);
    const readme = readFileSync(join(samples, 'README.md'), 'utf8');
    expect(readme).toContain('resource:platform/feature-store');
    expect(readme).toContain('group:org/team-invoicing');
  });

  it('resolves every reference as it is written: none is lost to the parser', () => {
    for (const entity of entities) {
      const written = declaredTexts(entity);
      const parsed = declaredRefs(entity, namespaces).map(({ text }) => text);
      expect([nameOf(entity), [...parsed].sort()]).toEqual([nameOf(entity), written.sort()]);
    }
  });

  it('lets people belong to a team, from one side or the other', () => {
    const members = new Set(
      entities.flatMap((entity) =>
        declaredRefs(entity, namespaces)
          .filter(({ relation }) => relation === 'memberOf' || relation === 'hasMember')
          .map(({ relation, ref }) => (relation === 'memberOf' ? entityRef(entity, namespaces) : ref)),
      ),
    );
    const users = entities.filter((entity) => entity.kind === 'User');
    expect(users.length).toBeGreaterThanOrEqual(25);
    expect(users.filter((user) => !members.has(entityRef(user, namespaces))).map(nameOf)).toEqual([]);
  });
});

describe('the sample APIs', () => {
  const apis = entities.filter((entity) => entity.kind === 'API');

  it.each(apis.map((api) => [nameOf(api), specText(api, 'type'), specText(api, 'definition')]))(
    '%s parses as %s',
    (_name, type, definition) => {
      expect(definition.length).toBeLessThan(524_288);
      if (type === 'openapi') {
        const document = parse(definition) as { openapi: string; paths: Record<string, unknown> };
        expect(document.openapi).toMatch(/^3\.1\./);
        expect(Object.keys(document.paths).length).toBeGreaterThan(0);
        expect(brokenPointers(document)).toEqual([]);
      } else if (type === 'asyncapi') {
        const document = parse(definition) as { asyncapi: string; channels: Record<string, unknown> };
        expect(document.asyncapi).toMatch(/^3\./);
        expect(Object.keys(document.channels).length).toBeGreaterThan(0);
        expect(brokenPointers(document)).toEqual([]);
      } else if (type === 'graphql') {
        expect(definition).toMatch(/^type Query \{/m);
        expect(balance(definition)).toBe(0);
      } else {
        expect(type).toBe('grpc');
        expect(definition).toMatch(/^syntax = "proto3";/);
        expect(definition).toMatch(/^service \w+ \{/m);
        expect(balance(definition)).toBe(0);
      }
    },
  );

  it('are each provided by one component', () => {
    const provided = entities.flatMap((entity) =>
      declaredRefs(entity, namespaces)
        .filter(({ relation }) => relation === 'providesApi')
        .map(({ ref }) => ref),
    );
    expect(provided.sort()).toEqual(apis.map((api) => entityRef(api, namespaces)).sort());
  });
});

describe('the sample workloads', () => {
  it('are enough of every kind, in the namespaces of the catalog', () => {
    expect(workloads.length).toBeGreaterThanOrEqual(22);
    expect(new Set(workloads.map(({ kind }) => kind))).toEqual(
      new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job']),
    );
    expect(namespacesOf(workloads)).toEqual(namespacesOf(entities));
    expect(duplicates(workloads.map((each) => `${each.kind} ${nameOf(each)}`))).toEqual([]);
  });

  it.each(workloads.map((workload) => [nameOf(workload), workload] as const))(
    '%s runs on the nodes of kwok and nowhere else',
    (_name, workload) => {
      const { spec } = templateOf(workload);
      expect(spec.nodeSelector).toEqual({ type: 'kwok' });
      expect(spec.tolerations).toEqual([{ key: 'kwok.x-k8s.io/node', operator: 'Exists', effect: 'NoSchedule' }]);
      for (const container of spec.containers) expect(container.image).toMatch(/^registry\.example\.com\/.+:.+$/);
    },
  );

  it('play only behaviours that the stages of kwok know, and all of them', () => {
    const stages = readFileSync(join(samples, 'kwok/stages.yaml'), 'utf8');
    const played = new Set(workloads.map(behaviourOf).filter((behaviour) => behaviour !== undefined));
    expect([...played].sort()).toEqual([
      'config-error',
      'crash-loop',
      'flapping',
      'image-pull',
      'job-fails',
      'never-ready',
      'never-ready-on-fra-3',
      'oom',
      'slow',
    ]);
    for (const behaviour of played) expect(stages).toContain(behaviour);
  });

  it('have beside them a few objects of every sort that supports them', () => {
    const supporting = read<Manifest>('supporting');
    expect(new Set(supporting.map(({ kind }) => kind))).toEqual(
      new Set([
        'Service',
        'PodDisruptionBudget',
        'HorizontalPodAutoscaler',
        'PersistentVolumeClaim',
        'PersistentVolume',
      ]),
    );
    expect(duplicates(supporting.map((each) => `${each.kind} ${nameOf(each)}`))).toEqual([]);
    const names = new Set(workloads.map(nameOf));
    const led = supporting.filter(({ kind }) => kind === 'Service' || kind === 'HorizontalPodAutoscaler');
    expect(led.map(nameOf).filter((name) => !names.has(name))).toEqual([]);
  });

  it('include one that is scaled to zero, one that is suspended and one with a short deadline', () => {
    expect(workloads.filter(({ spec }) => spec.replicas === 0).map(nameOf)).toEqual(['logistics/map-tiles']);
    expect(workloads.filter(({ spec }) => spec.suspend === true).map(nameOf)).toEqual(['logistics/stocktake-report']);
    expect(workloads.filter(({ spec }) => (spec.progressDeadlineSeconds ?? 600) <= 30).map(nameOf)).toEqual([
      'logistics/carrier-edi-adapter',
    ]);
  });
});

describe('the files around the samples', () => {
  it('list in kustomization.yaml every file of the catalog, of the workloads and of what supports them, the namespaces first', () => {
    const { resources } = parse(readFileSync(join(samples, 'kustomization.yaml'), 'utf8')) as { resources: string[] };
    expect(resources[0]).toBe('namespaces.yaml');
    const files = ['catalog', 'supporting', 'workloads'].flatMap(filesOf);
    expect(resources.slice(1).sort()).toEqual(files.sort());
  });

  it('create every namespace that is used, and allow links across one border only', () => {
    const created = read<Manifest>('namespaces.yaml');
    expect(created.map(({ metadata }) => metadata.name).sort()).toEqual(namespacesOf(entities));
    expect(
      created.flatMap(({ metadata }) => {
        const allowed = metadata.annotations?.['portolan.dev/allow-links-from'];
        return allowed === undefined ? [] : [`${metadata.name} from ${allowed}`];
      }),
    ).toEqual(['platform from logistics']);
  });

  it('name the same folder in the Flux Kustomization and in the Argo CD Application, applied server-side', () => {
    const [, flux] = read<Manifest & { spec: { path: string } }>('gitops/flux-kustomization.yaml');
    const [argo] = read<Manifest & { spec: { source: { path: string }; syncPolicy: { syncOptions: string[] } } }>(
      'gitops/argocd-application.yaml',
    );
    expect(flux?.spec.path).toBe('./hack/samples');
    expect(argo?.spec.source.path).toBe('hack/samples');
    expect(argo?.spec.syncPolicy.syncOptions).toContain('ServerSideApply=true');
  });
});

function filesOf(path: string): string[] {
  if (path.endsWith('.yaml')) return [path];
  return readdirSync(join(samples, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(samples, join(entry.parentPath, entry.name)))
    .sort();
}

function read<T>(path: string): T[] {
  return filesOf(path).flatMap((file) =>
    parseAllDocuments(readFileSync(join(samples, file), 'utf8')).map((document) => {
      expect([file, document.errors]).toEqual([file, []]);
      return document.toJS() as T;
    }),
  );
}

function nameOf(object: Manifest): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function namespacesOf(objects: readonly Manifest[]): string[] {
  return [...new Set(objects.map(({ metadata }) => metadata.namespace ?? ''))].sort();
}

function specText(entity: EntityResource, field: string): string {
  const value = (entity.spec as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : '';
}

const refFields = [
  'owner',
  'system',
  'subcomponentOf',
  'domain',
  'subdomainOf',
  'parent',
  'providesApis',
  'consumesApis',
  'dependsOn',
  'dependencyOf',
  'children',
  'members',
  'memberOf',
];

function declaredTexts(entity: EntityResource): string[] {
  const spec = entity.spec as Record<string, string | string[] | undefined>;
  return refFields.flatMap((field) => spec[field] ?? []);
}

function templateOf(workload: Workload): PodTemplate {
  const template = workload.spec.template ?? workload.spec.jobTemplate?.spec.template;
  if (template === undefined) throw new Error(`${nameOf(workload)} has no pod template`);
  return template;
}

function behaviourOf(workload: Workload): string | undefined {
  return templateOf(workload).metadata.labels['portolan.dev/sample-behaviour'];
}

function duplicates(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

/** The local `$ref`s of a document that point at nothing. */
function brokenPointers(document: unknown): string[] {
  const pointers = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? '');
  return pointers.filter((pointer) => {
    let node: unknown = document;
    for (const part of pointer.split('/')) node = (node as Record<string, unknown> | undefined)?.[part];
    return node === undefined;
  });
}

/** Opening braces minus closing ones. */
function balance(text: string): number {
  return text.split('{').length - text.split('}').length;
}
