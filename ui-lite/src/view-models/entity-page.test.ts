import type { EntityResource } from '@portolan/crds';
import { describe, expect, it } from 'vitest';
import { testCompany } from '../testing/company.ts';
import { entityResource, now } from '../testing/resources.ts';
import { catalogOf } from '../testing/ui-server.ts';
import { initials } from './entity-head.ts';
import { entityPageView, type EntityPageOptions, type EntityPageView } from './entity-page.ts';

const company = catalogOf(testCompany());
const options: EntityPageOptions = { nowMs: now, toKubernetes: (namespace) => namespace };

function page(ref: string, catalog = company, given = options): EntityPageView {
  const id = catalog.byRef(ref);
  if (id === undefined) throw new TypeError(`no entity ${ref}`);
  return entityPageView(catalog, id, given);
}

const group = (view: EntityPageView, heading: string) =>
  view.relations.find((each) => each.heading === heading)?.items.map((item) => item.title);

const resource = (input: Parameters<typeof entityResource>[0]): EntityResource => entityResource(input);

describe("an entity's page", () => {
  const gateway = page('component:payments/payment-gateway');

  it('names owner, system and the domain of the system', () => {
    expect(gateway.about.owners.map((owner) => owner.title)).toEqual(['Payments']);
    expect(gateway.about.systems.map((system) => system.title)).toEqual(['Money Movement']);
    expect(gateway.about.domain).toMatchObject({ title: 'Payments', href: '/catalog/payments/domain/payments' });
  });

  it('groups relations of both directions in words', () => {
    expect(group(gateway, 'Provides API')).toEqual(['Payments API']);
    expect(group(gateway, 'Consumes API')).toEqual(['Fraud API', 'Ledger API']);
    expect(group(page('api:payments/payments-api'), 'Provided by')).toEqual(['Payment Gateway']);
    expect(group(page('api:payments/payments-api'), 'Consumed by')).toEqual(['Checkout', 'Fraud Scoring', 'Refunds']);
    expect(group(page('resource:payments/payments-db'), 'Needed by')).toEqual(['Payment Gateway']);
  });

  it('marks a missing target and puts it first', () => {
    const items = gateway.relations.find((each) => each.type === 'dependsOn')?.items ?? [];
    expect(items[0]).toMatchObject({ title: 'vault-agent', missing: true, href: undefined });
    expect(gateway.missingRefs).toBe(1);
    expect(gateway.problems.map((problem) => problem.type)).toEqual(['RefsResolved']);
  });

  it('shows the evidence of its health and its workloads', () => {
    expect(gateway.health?.badge).toMatchObject({ tone: 'bad', reason: 'CrashLoop' });
    expect(gateway.health?.evidence.map((evidence) => evidence.object)).toEqual([
      'Deployment payment-gateway',
      'Pod payment-gateway-6b7f9c6d4-x2klp',
      'Pod payment-gateway-6b7f9c6d4-qm8dz',
    ]);
    expect(gateway.workloads).toMatchObject({
      total: 2,
      readiness: '2 of 5 replicas ready',
      rows: [{ ready: '1/4' }, { ready: '1/1' }],
    });
  });

  it('shows a link of another scheme as text', () => {
    expect(gateway.about.links.map((link) => [link.title, link.href])).toEqual([
      ['Runbook', 'https://runbooks.lumen.example/payments/gateway'],
      ['Dashboard', 'https://grafana.lumen.example/d/gateway'],
      ['Ask the team', 'mailto:payments@lumen.example'],
      ['Old wiki', undefined],
    ]);
  });

  it("prints the object with the kind's full resource name and the cluster's namespace", () => {
    const view = page('user:org/ada.lindqvist', company, { ...options, toKubernetes: () => 'people' });
    expect(view.yaml.command).toBe('kubectl get users.portolan.dev ada.lindqvist -n people -o yaml');
    expect(view.yaml.text).toContain('kind: User');
  });

  it('says that the operator has not looked yet', () => {
    const catalog = catalogOf([
      { ...resource({ kind: 'System', namespace: 'a', name: 'b', spec: { owner: 'c' } }), status: {} },
    ]);
    expect(page('system:a/b', catalog)).toMatchObject({ pending: true, health: undefined, conditions: [] });
  });
});

describe("an API's page", () => {
  it('has the definition once, with its size', () => {
    const view = page('api:payments/payments-api');
    expect(view.definition).toMatchObject({ type: 'openapi', lines: 19, size: 1, truncated: false });
    expect(view.yaml.text).not.toContain('createPayment');
  });

  it('cuts a definition that is too large for a page', () => {
    const definition = 'x'.repeat(500_000);
    const catalog = catalogOf([
      resource({
        kind: 'API',
        namespace: 'a',
        name: 'b',
        spec: { type: 'grpc', lifecycle: 'x', owner: 'c', definition },
      }),
    ]);
    const view = page('api:a/b', catalog);
    expect(view.definition).toMatchObject({ size: 489, truncated: true });
    expect(view.definition?.text.length).toBeLessThan(150_000);
  });
});

describe("a team's page", () => {
  it('lists members and what the team owns, the broken first', () => {
    const { team, relations } = page('group:org/payments');
    expect(team?.people.map((people) => [people.heading, people.total])).toEqual([['Members', 3]]);
    expect(team?.owned?.rows[0]?.title).toBe('Payment Gateway');
    expect(team?.owned?.kinds.map((kind) => [kind.kind.plural, kind.count])).toEqual([
      ['Components', 3],
      ['APIs', 2],
      ['Resources', 2],
      ['Systems', 1],
    ]);
    expect(relations).toEqual([]);
  });

  it('lists subgroups, and the group above among the facts', () => {
    const view = page('group:org/finance');
    expect(view.team?.people.map((people) => people.heading)).toEqual(['Subgroups']);
    expect(view.about.parents.map((parent) => parent.title)).toEqual(['Engineering']);
  });

  it("of a user lists the user's groups", () => {
    const view = page('user:org/ada.lindqvist');
    expect(view.team?.people.map((people) => [people.heading, people.items[0]?.title])).toEqual([
      ['Member of', 'Payments'],
    ]);
    expect(view.initials).toBe('AL');
  });

  it('stays short for a team that owns thousands, and says where the rest is', () => {
    const members = Array.from({ length: 2_000 }, (_, index) =>
      resource({ kind: 'User', namespace: 'org', name: `u-${index}`, spec: { memberOf: ['all'] } }),
    );
    const all = resource({ kind: 'Group', namespace: 'org', name: 'all', spec: { type: 'team' } });
    const view = page('group:org/all', catalogOf([all, ...members]));
    expect(view.team?.people[0]).toMatchObject({ total: 2_000, allHref: '/catalog?rel=memberOf:group:org/all' });
    expect(view.team?.people[0]?.items.length).toBeLessThan(30);
    expect(view.yaml.text).toContain('# 1900 more relations are left out here');
  });
});

describe('initials', () => {
  it.each([
    ['Ada Lovelace', 'AL'],
    ['payments', 'P'],
    ['élodie du pont', 'ÉP'],
    ['😀 x', '😀X'],
    ['', ''],
  ])('of %j are %j', (title, expected) => {
    expect(initials(title)).toBe(expected);
  });
});
