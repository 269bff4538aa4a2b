import type { EntityResource } from '@portolan/crds';
import { entityResource } from './resources.ts';

const openapi = `openapi: 3.1.0
info:
  title: Payments
  version: 3.2.0
paths:
  /payments:
    post:
      operationId: createPayment
      summary: Start a payment
      responses:
        '201': { description: Created }
  /payments/{id}:
    get:
      operationId: getPayment
      summary: One payment
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
      responses:
        '200': { description: OK }
`;

export function apis(): EntityResource[] {
  const api = (
    namespace: string,
    name: string,
    spec: { title: string; type: string; owner: string; system: string; definition: string },
  ) =>
    entityResource({
      kind: 'API',
      namespace,
      name,
      spec: { lifecycle: 'production', ...spec, owner: `org/${spec.owner}` },
    });
  return [
    api('payments', 'payments-api', {
      title: 'Payments API',
      type: 'openapi',
      owner: 'payments',
      system: 'money',
      definition: openapi,
    }),
    api('payments', 'ledger-api', {
      title: 'Ledger API',
      type: 'grpc',
      owner: 'ledger',
      system: 'money',
      definition: 'syntax = "proto3";\nservice Ledger { rpc Post(Entry) returns (Receipt); }\n',
    }),
    api('payments', 'fraud-api', {
      title: 'Fraud API',
      type: 'openapi',
      owner: 'payments',
      system: 'money',
      definition: openapi,
    }),
    api('commerce', 'checkout-api', {
      title: 'Checkout API',
      type: 'openapi',
      owner: 'checkout',
      system: 'shop',
      definition: openapi,
    }),
    api('commerce', 'catalog-graph', {
      title: 'Catalog Graph',
      type: 'graphql',
      owner: 'storefront',
      system: 'shop',
      definition: 'type Query { product(id: ID!): Product }\ntype Product { id: ID! title: String! }\n',
    }),
    api('commerce', 'search-api', {
      title: 'Search API',
      type: 'openapi',
      owner: 'discovery',
      system: 'find',
      definition: openapi,
    }),
    api('platform', 'telemetry-ingest', {
      title: 'Telemetry Ingest',
      type: 'asyncapi',
      owner: 'observability',
      system: 'telemetry',
      definition: 'asyncapi: 3.0.0\ninfo: { title: Telemetry, version: 1.0.0 }\n',
    }),
  ];
}

export function resources(): EntityResource[] {
  const resource = (namespace: string, name: string, ...[type, owner, system]: [string, string, string]) =>
    entityResource({
      kind: 'Resource',
      namespace,
      name,
      spec: { type, owner: `org/${owner}`, system },
    });
  return [
    resource('payments', 'payments-db', 'database', 'payments', 'money'),
    resource('payments', 'ledger-db', 'database', 'ledger', 'money'),
    resource('payments', 'payment-events', 'topic', 'payments', 'money'),
    resource('commerce', 'catalog-db', 'database', 'storefront', 'shop'),
    resource('commerce', 'search-index', 'index', 'discovery', 'find'),
    resource('commerce', 'feature-store', 's3-bucket', 'discovery', 'find'),
    resource('platform', 'metrics-store', 'database', 'observability', 'telemetry'),
  ];
}
