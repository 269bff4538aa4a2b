import { describe, expect, test } from 'vitest';
import { testServer } from './testing/server.ts';

interface Description {
  openapi: string;
  info: { version: string };
  paths: Record<
    string,
    Record<string, { operationId: string; parameters: { name: string; in: string; schema: object }[] }>
  >;
  components: { schemas: Record<string, object> };
}

const app = await testServer();
const description = (await app.inject({ url: '/openapi.json' })).json<Description>();
const documented = Object.entries(description.paths).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
);

/** Every route of the server under /api, from Fastify's own listing. */
function registered(): string[] {
  const stack: string[] = [];
  const routes: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', path = '', methods = ''] = /^((?:[│ ] {3})*)(?:├── |└── )(\S+) \(([^)]+)\)/.exec(line) ?? [];
    stack.splice(indent.length / 4, Infinity, path);
    const whole = stack.join('');
    if (whole.startsWith('/api/')) {
      const listed = methods.split(', ').filter((method) => method !== 'HEAD');
      routes.push(...listed.map((method) => `${method} ${whole.replaceAll(/:(\w+)/g, '{$1}')}`));
    }
  }
  return routes;
}

describe('/openapi.json', () => {
  test('describes every registered route of the API, and nothing else', () => {
    expect(documented.length).toBeGreaterThan(7);
    expect([...documented].sort()).toEqual(registered().sort());
  });

  test('is OpenAPI 3.1 with our version', () => {
    expect(description.openapi).toBe('3.1.0');
    expect(description.info.version).toBe('0.0.0-test');
  });

  test('has unique operation ids and only references that exist', () => {
    const ids = Object.values(description.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, name] of JSON.stringify(description).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
      expect(description.components.schemas).toHaveProperty(name ?? '');
    }
    expect(JSON.stringify(description)).not.toMatch(/"\$ref":"(?!#\/components\/schemas\/\w+")/);
  });

  test('says what a parameter means, not how it is parsed', () => {
    const parameters = description.paths['/api/catalog/entities']?.['get']?.parameters ?? [];
    expect(parameters.find(({ name }) => name === 'limit')).toMatchObject({
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1 },
    });
    expect(parameters.find(({ name }) => name === 'filter')).toMatchObject({
      schema: { type: 'array', items: { type: 'string' } },
    });
    const byName = description.paths['/api/catalog/entities/by-name/{kind}/{namespace}/{name}']?.['get']?.parameters;
    expect(byName?.map((parameter) => `${parameter.in} ${parameter.name}`)).toEqual([
      'path kind',
      'path namespace',
      'path name',
    ]);
  });
});
