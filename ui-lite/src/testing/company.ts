import type { EntityKind, EntityResource } from '@portolan/crds';
import { broken } from './broken-workloads.ts';
import { entityResource, healthyDeployment, settled } from './resources.ts';

/** A small shop: teams in a tree, systems in domains, services with APIs and databases, some of them broken. */
export function testCompany(): EntityResource[] {
  return [...organisation(), ...structure(), ...services(), ...apis(), ...resources()];
}

const teams: readonly [name: string, title: string, parent: string | undefined, type: string][] = [
  ['lumen', 'Lumen', undefined, 'root'],
  ['engineering', 'Engineering', 'lumen', 'business-unit'],
  ['commerce', 'Commerce', 'engineering', 'product-area'],
  ['checkout', 'Checkout', 'commerce', 'team'],
  ['discovery', 'Search & Discovery', 'commerce', 'team'],
  ['storefront', 'Storefront', 'commerce', 'team'],
  ['finance', 'Finance Systems', 'engineering', 'product-area'],
  ['payments', 'Payments', 'finance', 'team'],
  ['ledger', 'Ledger', 'finance', 'team'],
  ['platform', 'Platform', 'engineering', 'product-area'],
  ['runtime', 'Runtime', 'platform', 'team'],
  ['observability', 'Observability', 'platform', 'team'],
];

const people: readonly [name: string, title: string, team: string][] = [
  ['ada.lindqvist', 'Ada Lindqvist', 'payments'],
  ['bruno.costa', 'Bruno Costa', 'payments'],
  ['chidi.okafor', 'Chidi Okafor', 'payments'],
  ['dana.weiss', 'Dana Weiss', 'checkout'],
  ['elif.yilmaz', 'Elif Yılmaz', 'checkout'],
  ['farid.amini', 'Farid Amini', 'discovery'],
  ['grace.obrien', "Grace O'Brien", 'discovery'],
  ['hiro.tanaka', 'Hiro Tanaka', 'storefront'],
  ['ines.moreau', 'Inês Moreau', 'storefront'],
  ['jonas.berg', 'Jonas Berg', 'ledger'],
  ['kavya.rao', 'Kavya Rao', 'runtime'],
  ['liam.walsh', 'Liam Walsh', 'runtime'],
  ['mei.chen', 'Mei Chen', 'observability'],
];

function organisation(): EntityResource[] {
  const groups = teams.map(([name, displayName, parent, type]) =>
    entityResource({
      kind: 'Group',
      namespace: 'org',
      name,
      spec: {
        type,
        profile: { displayName, email: `${name}@lumen.example` },
        ...(parent === undefined ? {} : { parent }),
        ...(name === 'payments' ? { description: 'Everything between a full basket and money in the bank.' } : {}),
      },
    }),
  );
  const users = people.map(([name, displayName, team]) =>
    entityResource({
      kind: 'User',
      namespace: 'org',
      name,
      spec: { profile: { displayName, email: `${name}@lumen.example` }, memberOf: [team] },
    }),
  );
  return [...groups, ...users];
}

function structure(): EntityResource[] {
  const domain = (namespace: string, name: string, title: string, owner: string) =>
    entityResource({ kind: 'Domain', namespace, name, spec: { title, owner: `org/${owner}` } });
  const system = (namespace: string, name: string, spec: { title: string; owner: string; description: string }) =>
    entityResource({
      kind: 'System',
      namespace,
      name,
      spec: { ...spec, owner: `org/${spec.owner}`, domain: namespace },
    });
  return [
    domain('commerce', 'commerce', 'Commerce', 'commerce'),
    domain('payments', 'payments', 'Payments', 'finance'),
    domain('platform', 'platform', 'Platform', 'platform'),
    system('commerce', 'shop', {
      title: 'Online Shop',
      owner: 'commerce',
      description: 'What customers see and click.',
    }),
    system('commerce', 'find', {
      title: 'Product Discovery',
      owner: 'discovery',
      description: 'Search and suggestions.',
    }),
    system('payments', 'money', {
      title: 'Money Movement',
      owner: 'payments',
      description: 'Charges, refunds and payouts.',
    }),
    system('platform', 'telemetry', {
      title: 'Telemetry',
      owner: 'observability',
      description: 'Logs, metrics and traces.',
    }),
  ];
}

interface Service {
  namespace: string;
  name: string;
  title?: string;
  owner: string;
  system: string;
  description: string;
  type?: string;
  lifecycle?: string;
  more?: object;
}

const serviceList: readonly Service[] = [
  {
    namespace: 'payments',
    name: 'payment-gateway',
    title: 'Payment Gateway',
    owner: 'payments',
    system: 'money',
    description:
      'Takes card, wallet and bank payments and hides which provider handles them. Every order passes through it, so its error budget is the shop’s.',
    more: {
      tags: ['go', 'pci', 'tier-1'],
      links: [
        { url: 'https://runbooks.lumen.example/payments/gateway', title: 'Runbook', type: 'runbook' },
        { url: 'https://grafana.lumen.example/d/gateway', title: 'Dashboard', type: 'dashboard' },
        { url: 'mailto:payments@lumen.example', title: 'Ask the team' },
        { url: 'javascript:alert(document.domain)', title: 'Old wiki' },
      ],
      providesApis: ['payments-api'],
      consumesApis: ['ledger-api', 'fraud-api'],
      dependsOn: ['resource:payments-db', 'resource:payment-events', 'component:vault-agent'],
    },
  },
  {
    namespace: 'payments',
    name: 'ledger',
    title: 'Ledger',
    owner: 'ledger',
    system: 'money',
    description: 'Double-entry bookkeeping of every movement of money.',
    more: { tags: ['kotlin', 'tier-1'], providesApis: ['ledger-api'], dependsOn: ['resource:ledger-db'] },
  },
  {
    namespace: 'payments',
    name: 'fraud-scoring',
    title: 'Fraud Scoring',
    owner: 'payments',
    system: 'money',
    description: 'Scores a payment before it is charged.',
    more: { tags: ['python', 'ml'], consumesApis: ['payments-api'] },
  },
  {
    namespace: 'payments',
    name: 'refunds',
    title: 'Refunds',
    owner: 'payments',
    system: 'money',
    description: 'Gives money back.',
    more: { consumesApis: ['payments-api', 'ledger-api'] },
  },
  {
    namespace: 'payments',
    name: 'invoice-renderer',
    owner: 'ledger',
    system: 'money',
    description: 'Turns ledger entries into PDF invoices.',
    lifecycle: 'deprecated',
  },
  {
    namespace: 'commerce',
    name: 'checkout',
    title: 'Checkout',
    owner: 'checkout',
    system: 'shop',
    description: 'Basket, address, delivery and payment in one flow.',
    more: {
      tags: ['typescript', 'tier-1'],
      providesApis: ['checkout-api'],
      consumesApis: ['payments/payments-api', 'catalog-graph'],
    },
  },
  {
    namespace: 'commerce',
    name: 'web-store',
    title: 'Web Store',
    owner: 'storefront',
    system: 'shop',
    type: 'website',
    description: 'The shop in the browser.',
    more: { tags: ['typescript'], consumesApis: ['checkout-api', 'catalog-graph', 'search-api'] },
  },
  {
    namespace: 'commerce',
    name: 'mobile-app',
    title: 'Mobile App',
    owner: 'storefront',
    system: 'shop',
    type: 'mobile',
    description: 'iOS and Android.',
  },
  {
    namespace: 'commerce',
    name: 'product-catalog',
    title: 'Product Catalog',
    owner: 'storefront',
    system: 'shop',
    description: 'Products, prices and stock.',
    more: { providesApis: ['catalog-graph'], dependsOn: ['resource:catalog-db'] },
  },
  {
    namespace: 'commerce',
    name: 'search',
    title: 'Search',
    owner: 'discovery',
    system: 'find',
    description: 'Full-text and vector search over products.',
    more: { tags: ['rust'], providesApis: ['search-api'], dependsOn: ['resource:search-index'] },
  },
  {
    namespace: 'commerce',
    name: 'recommendations',
    title: 'Recommendations',
    owner: 'discovery',
    system: 'find',
    lifecycle: 'experimental',
    description: 'What other customers looked at.',
    more: { tags: ['python', 'ml'], dependsOn: ['resource:feature-store'] },
  },
  {
    namespace: 'commerce',
    name: 'black-friday-banner',
    title: 'Black Friday Banner',
    owner: 'growth',
    system: 'shop',
    lifecycle: 'experimental',
    description: 'Runs in November.',
  },
  {
    namespace: 'commerce',
    name: 'design-system',
    title: 'Design System',
    owner: 'storefront',
    system: 'shop',
    type: 'library',
    description: 'Components and tokens for all front ends.',
  },
  {
    namespace: 'platform',
    name: 'log-shipper',
    title: 'Log Shipper',
    owner: 'observability',
    system: 'telemetry',
    description: 'Collects container logs on every node.',
  },
  {
    namespace: 'platform',
    name: 'metrics-gateway',
    title: 'Metrics Gateway',
    owner: 'observability',
    system: 'telemetry',
    description: 'Receives metrics and forwards them to storage.',
    more: { providesApis: ['telemetry-ingest'] },
  },
  {
    namespace: 'platform',
    name: 'deploy-bot',
    title: 'Deploy Bot',
    owner: 'runtime',
    system: 'telemetry',
    description: 'Rolls out what main has approved.',
  },
  ...[
    'address-check',
    'loyalty',
    'gift-cards',
    'returns',
    'shipping-rates',
    'stock-sync',
    'price-engine',
    'reviews',
    'wishlist',
    'notifications',
    'image-resizer',
    'tax',
  ].map((name): Service => ({
    namespace: 'commerce',
    name,
    owner: 'checkout',
    system: 'shop',
    description: `The ${name.replace('-', ' ')} service.`,
  })),
];

function services(): EntityResource[] {
  return serviceList.map(
    ({ namespace, name, owner, system, type = 'service', lifecycle = 'production', more, ...rest }) => {
      const runs = type === 'service';
      const status =
        broken[`${namespace}/${name}`] ??
        (runs ? healthyDeployment(namespace, name) : { conditions: settled({ linked: false }) });
      const dangling = {
        'payments/payment-gateway': ['component:payments/vault-agent'],
        'commerce/black-friday-banner': ['group:org/growth'],
      }[`${namespace}/${name}`];
      const conditions = dangling === undefined ? status.conditions : settled({ dangling, linked: true });
      return entityResource({
        kind: 'Component',
        namespace,
        name,
        spec: { ...rest, type, lifecycle, owner: `org/${owner}`, system, ...more },
        status: { ...status, ...(conditions === undefined ? {} : { conditions }) },
        annotations: {
          'backstage.io/source-location': `url:https://git.lumen.example/${namespace}/${name}/`,
          'lumen.example/cost-centre': '4711',
        },
      });
    },
  );
}

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

function apis(): EntityResource[] {
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

function resources(): EntityResource[] {
  const resource = (namespace: string, name: string, type: string, owner: string, system: string) =>
    entityResource({
      kind: 'Resource' satisfies EntityKind,
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
