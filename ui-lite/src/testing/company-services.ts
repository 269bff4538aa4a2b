import type { EntityResource } from '@portolan/crds';
import { broken } from './broken-workloads.ts';
import { entityResource, healthyDeployment, settled } from './resources.ts';

/** What some components name and nobody has. */
const danglingRefs: Readonly<Record<string, readonly string[]>> = {
  'payments/payment-gateway': ['component:payments/vault-agent'],
  'commerce/black-friday-banner': ['group:org/growth'],
};

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

/** Components; `broken` gives some of them their workloads' troubles. */
export function services(): EntityResource[] {
  return serviceList.map(
    ({ namespace, name, owner, system, type = 'service', lifecycle = 'production', more, ...rest }) => {
      const key = `${namespace}/${name}`;
      const running = type === 'service' ? healthyDeployment(namespace, name) : { conditions: settled() };
      const status = broken[key] ?? running;
      const dangling = danglingRefs[key];
      return entityResource({
        kind: 'Component',
        namespace,
        name,
        spec: { ...rest, type, lifecycle, owner: `org/${owner}`, system, ...more },
        status: dangling === undefined ? status : { ...status, conditions: settled({ dangling, linked: true }) },
        annotations: {
          'backstage.io/source-location': `url:https://git.lumen.example/${namespace}/${name}/`,
          'lumen.example/cost-centre': '4711',
        },
      });
    },
  );
}
