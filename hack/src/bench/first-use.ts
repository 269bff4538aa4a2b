import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Catalog, type CatalogQuery, createCatalog, type OrderField } from '@portolan/catalog';
import type { EntityResource } from '@portolan/crds';
import { componentTypes, seedCompany } from '../seed/company.ts';
import { createRandom, pick } from '../seed/random.ts';

const seed = 1;
const verdicts = ['Healthy', 'Healthy', 'Healthy', 'Progressing', 'Degraded', 'Unknown', 'none'] as const;

interface Case {
  name: string;
  run: (catalog: Catalog) => unknown;
}

const page = (query: CatalogQuery) => (catalog: Catalog) => catalog.query({ limit: 20, missing: 'exclude', ...query });
const by = (...fields: string[]): OrderField[] => fields.map((field) => ({ field, direction: 'asc' }));
const rollup = 'status.portolan.rollup.verdict';

const cases: readonly Case[] = [
  { name: 'filter by kind, no order', run: page({ filter: { key: 'kind', values: ['component'] } }) },
  { name: 'order metadata.name', run: page({ order: by('metadata.name') }) },
  {
    name: 'order kind, namespace, name',
    run: page({ order: by('kind', 'metadata.namespace', 'metadata.name'), missing: 'last' }),
  },
  { name: 'order metadata.title', run: page({ order: by('metadata.title') }) },
  { name: 'order spec.type', run: page({ order: by('spec.type') }) },
  { name: 'order status.portolan.health.verdict', run: page({ order: by('status.portolan.health.verdict') }) },
  { name: 'order relations.ownedBy', run: page({ order: by('relations.ownedBy') }) },
  { name: `order ${rollup}`, run: page({ order: by(rollup) }) },
  {
    name: 'filter spec.owner',
    run: page({ filter: { key: 'spec.owner', values: ['x'] }, order: by('metadata.name') }),
  },
  {
    name: 'text in name, title, displayName',
    run: page({
      fullText: { term: 'amber-bill', fields: ['metadata.name', 'metadata.title', 'spec.profile.displayName'] },
    }),
  },
  {
    name: 'facets of seven paths',
    run: (catalog) =>
      catalog.facets({
        paths: [
          'kind',
          'spec.type',
          'spec.lifecycle',
          'spec.owner',
          'metadata.tags',
          'metadata.namespace',
          'spec.system',
        ],
      }),
  },
  { name: `facet ${rollup}`, run: (catalog) => catalog.facets({ paths: [rollup] }) },
];

/**
 * `hack/bench first-use N`: how long the first and the second question of a kind take, in one process without HTTP.
 * CPU time of the whole process, collector included, because the machine may be busy with other things.
 */
export async function benchFirstUse(count: number, print: (line: string) => void): Promise<void> {
  const resources = resourcesOf(count);
  const catalog = createCatalog();
  const applied = measure(() => catalog.apply(resources.map((resource) => ({ type: 'upsert' as const, resource }))));
  print(`${catalog.size} entities, applied at once: ${format(applied)}`);
  await printPrepared(resources, print);
  print('| question | first, ms wall (CPU) | again | after one change of a component |');
  print('|---|--:|--:|--:|');
  const component = resources.at(-1);
  for (const [index, { name, run }] of cases.entries()) {
    const first = measure(() => run(catalog));
    const again = measure(() => run(catalog));
    if (component !== undefined) {
      catalog.apply([{ type: 'upsert', resource: changed(component, index) }]);
    }
    print(`| ${name} | ${format(first)} | ${format(again)} | ${format(measure(() => run(catalog)))} |`);
  }
}

/** The same questions prepared part by part, in a catalog of its own: what one turn of the event loop costs at most. */
async function printPrepared(resources: readonly EntityResource[], print: (line: string) => void): Promise<void> {
  const catalog = createCatalog();
  catalog.apply(resources.map((resource) => ({ type: 'upsert' as const, resource })));
  const preparing = catalog.prepare({
    orders: [[], by('metadata.name'), by('kind', 'metadata.namespace', 'metadata.name')],
    paths: ['kind', 'spec.type', 'spec.lifecycle', 'spec.owner', 'metadata.tags', 'metadata.namespace', rollup],
    textPaths: ['metadata.name', 'metadata.title', 'metadata.description', 'spec.profile.displayName'],
  });
  const costs: Cost[] = [];
  for (let isDone = false; !isDone; await nextTurn()) {
    costs.push(measure(() => (isDone = preparing.next().done === true)));
  }
  costs.sort((a, b) => b.cpuMs - a.cpuMs);
  const cpuMs = costs.reduce((sum, cost) => sum + cost.cpuMs, 0);
  const largest = costs.slice(0, 5).map(format).join(', ');
  print(`prepared in ${costs.length} parts, ${cpuMs.toFixed(0)} ms CPU in all; the largest, ms wall (CPU): ${largest}`);
}

function resourcesOf(count: number): EntityResource[] {
  const random = createRandom(seed);
  return seedCompany({ count, seed, namespace: 'default' }).map((manifest) => {
    const verdict = ['Component', 'Resource'].includes(manifest.kind) ? pick(random, verdicts) : 'none';
    return {
      ...manifest,
      metadata: { ...manifest.metadata, uid: uuid(random), resourceVersion: '1' },
      ...(verdict !== 'none' && { status: { health: { verdict, reason: `Is${verdict}`, message: '', since: '' } } }),
    } as unknown as EntityResource;
  });
}

function changed(resource: EntityResource, index: number): EntityResource {
  const verdict = index % 2 === 0 ? 'Degraded' : 'Healthy';
  return {
    ...resource,
    metadata: { ...resource.metadata, resourceVersion: `${index + 2}` },
    spec: { ...resource.spec, type: componentTypes[index % componentTypes.length] },
    status: { health: { verdict, reason: 'Changed', message: '', since: '' } },
  } as EntityResource;
}

/** As the API server makes them: in no order. */
function uuid(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

interface Cost {
  wallMs: number;
  cpuMs: number;
}

function measure(run: () => unknown): Cost {
  const cpu = process.cpuUsage();
  const start = performance.now();
  run();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1_000 };
}

function format({ wallMs, cpuMs }: Cost): string {
  return `${wallMs.toFixed(1)} (${cpuMs.toFixed(1)})`;
}
