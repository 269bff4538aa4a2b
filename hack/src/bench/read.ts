import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { componentTypes, seedCompany, type SeedManifest } from '../seed/company.ts';
import { createRandom, pick, pickSome } from '../seed/random.ts';
import { milliseconds } from './latency.ts';
import { runLoad, type LoadRequest } from './load.ts';

const distinctRequests = 1_000;
const connections = 10;
const durationMs = 5_000;
const seed = 1;

/** `hack/bench read N`: the cases measured on Backstage, and a bare Fastify route in the same run. */
export async function benchRead(count: number, print: (line: string) => void): Promise<void> {
  const manifests = seedCompany({ count, seed, namespace: 'default' });
  const server = spawn(
    process.execPath,
    [new URL('read-server.ts', import.meta.url).pathname, String(count), String(seed)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  try {
    const [line] = await firstLine(server.stdout);
    const origins = JSON.parse(line) as { api: string; bare: string };
    print(`${manifests.length} entities, ${connections} connections, ${distinctRequests} distinct requests a case`);
    print('| case | req/s | p50 ms | p99 ms |');
    print('|---|--:|--:|--:|');
    for (const [name, origin, requests] of casesOf(manifests, origins)) {
      const options = { origin, requests, connections };
      await runLoad({ ...options, durationMs: 1_000 });
      const result = await runLoad({ ...options, durationMs });
      print(
        `| ${name} | ${result.perSecond.toFixed(0)} | ${milliseconds(result.p50Ms)} | ${milliseconds(result.p99Ms)} |`,
      );
    }
  } finally {
    server.stdin.end();
  }
}

type Case = readonly [name: string, origin: string, requests: LoadRequest[]];

function casesOf(manifests: readonly SeedManifest[], origins: { api: string; bare: string }): Case[] {
  const random = createRandom(seed + 1);
  const components = manifests.filter((each) => each.kind === 'Component').map((each) => each.metadata.name);
  const owners = manifests.filter((each) => each.kind === 'Group').map((each) => each.metadata.name);
  const words = manifests.map((each) => each.metadata.name.split('-').slice(0, 2).join('-'));
  const many = (build: (index: number) => Omit<LoadRequest, 'method'> & { method?: 'POST' }): LoadRequest[] =>
    Array.from({ length: distinctRequests }, (_, index) => ({ method: 'GET', ...build(index) }));
  const query = (text: string): string => `/api/catalog/entities/by-query?${text}`;
  // The offset makes requests distinct where the case itself has no parameter.
  const plain = (index: number): string => `limit=20&offset=${index}`;
  const api = origins.api;
  return [
    ['bare Fastify route with by-name’s bytes', origins.bare, many(() => ({ path: `/${pick(random, components)}` }))],
    [
      'by-name',
      api,
      many(() => ({ path: `/api/catalog/entities/by-name/component/default/${pick(random, components)}` })),
    ],
    ['query-kind', api, many((index) => ({ path: query(`filter=kind=component&${plain(index)}`) }))],
    [
      'query-kind-sorted',
      api,
      many((index) => ({ path: query(`filter=kind=component&orderField=metadata.name,asc&${plain(index)}`) })),
    ],
    [
      'query-kind-type-owner',
      api,
      many(() => ({
        path: query(
          `filter=kind=component,spec.type=${pick(random, componentTypes)},spec.owner=${pick(random, owners)}&limit=20`,
        ),
      })),
    ],
    [
      'query with relations.ownedBy',
      api,
      many(() => ({
        path: query(
          `filter=kind=component,spec.type=${pick(random, componentTypes)},relations.ownedBy=group:default/${pick(random, owners)}&limit=20`,
        ),
      })),
    ],
    [
      'query-text over name, title, displayName',
      api,
      many(() => ({
        path: query(
          `fullTextFilterTerm=${pick(random, words)}&fullTextFilterFields=metadata.name,metadata.title,spec.profile.displayName&limit=20`,
        ),
      })),
    ],
    // One address, as it was measured on Backstage; the next row asks 1,000 different ones.
    ['facets kind, spec.type', api, many(() => ({ path: '/api/catalog/entity-facets?facet=kind&facet=spec.type' }))],
    [
      'facets spec.type, spec.lifecycle of an owner',
      api,
      many(() => ({
        path: `/api/catalog/entity-facets?facet=spec.type&facet=spec.lifecycle&filter=spec.owner=${pick(random, owners)},spec.type=${pick(random, componentTypes)}`,
      })),
    ],
    [
      'by-refs, 50 refs',
      api,
      many(() => ({
        method: 'POST',
        path: '/api/catalog/entities/by-refs',
        body: JSON.stringify({
          entityRefs: pickSome(random, components, 50).map((each) => `component:default/${each}`),
        }),
      })),
    ],
  ];
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<[string]> {
  for await (const line of createInterface({ input: stream })) return [line];
  throw new Error('the server ended before it was ready');
}
