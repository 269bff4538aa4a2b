import type { EntityResource } from '@portolan/crds';
import { apis, resources } from './company-apis.ts';
import { services } from './company-services.ts';
import { entityResource } from './resources.ts';

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
