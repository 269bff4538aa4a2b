import { describe, expect, it } from 'vitest';
import { testCompany } from '../testing/company.ts';
import { catalogOf } from '../testing/ui-server.ts';
import { entityResource } from '../testing/resources.ts';
import { catalogListView } from './catalog-list.ts';
import { parseListState } from './list-state.ts';

const company = testCompany();
const catalog = catalogOf(company);
const list = (search: string) => catalogListView(catalog, parseListState(search));
const names = (search: string) => list(search).rows.map((row) => row.name);
const facet = (search: string, dimension: string) =>
  Object.fromEntries(
    (list(search).facets.find((each) => each.dimension === dimension)?.options ?? []).map((option) => [
      option.label,
      option.count,
    ]),
  );

describe('the list', () => {
  it('counts everything and shows the first fifty by name', () => {
    const view = list('');
    expect(view.total).toBe(company.length);
    expect(view.rows).toHaveLength(50);
    expect(view.rows.map((row) => row.name)).toEqual(view.rows.map((row) => row.name).toSorted());
    expect(view.chips).toEqual([]);
  });

  it('has every entity on exactly one of its pages', () => {
    const refs = [...list('').rows, ...list('page=2').rows].map((row) => row.ref);
    expect(new Set(refs).size).toBe(company.length);
  });

  it('shows the last page for a page beyond it', () => {
    expect(list('page=99').paging).toMatchObject({ page: 2, next: undefined });
    expect(list('page=99').rows).toEqual(list('page=2').rows);
  });

  it('sorts by another field with those that lack it at the end, both ways', () => {
    const verdicts = (search: string) => list(search).rows.map((row) => row.health?.word);
    expect(verdicts('sort=health').slice(0, 3)).toEqual(['Degraded', 'Degraded', 'Healthy']);
    expect(verdicts('sort=-health')[0]).toBe('Unknown');
    expect(verdicts('sort=-health&page=2').at(-1)).toBeUndefined();
  });

  it('links every column to its order, the current one to the reverse', () => {
    const columns = list('sort=owner&kind=api').columns;
    expect(columns.find((column) => column.key === 'owner')).toMatchObject({
      sorted: 'ascending',
      href: '/catalog?kind=api&sort=-owner',
    });
    expect(columns.find((column) => column.key === 'name')).toMatchObject({
      sorted: undefined,
      href: '/catalog?kind=api',
    });
  });

  it('names the owner and the system of a row, and marks one that does not exist', () => {
    const [row] = list('q=black-friday').rows;
    expect(row).toMatchObject({
      title: 'Black Friday Banner',
      href: '/catalog/commerce/component/black-friday-banner',
      owner: { title: 'growth', missing: true, href: undefined },
      system: { title: 'Online Shop', missing: false },
      health: { word: 'Suspended', reason: 'ScaledToZero' },
    });
  });
});

describe('searching', () => {
  it.each([
    ['GATEWAY', ['metrics-gateway', 'payment-gateway']],
    ['double-ENTRY', ['ledger']],
    ['Lindqvist', ['ada.lindqvist']],
    ['component:payments/re', ['refunds']],
    ['org/ada', ['ada.lindqvist']],
    ['no such thing', []],
  ])('%s finds %j', (text, expected) => {
    expect(names(`q=${encodeURIComponent(text)}`)).toEqual(expected);
  });

  it('counts the filters within what the text matches', () => {
    expect(facet('q=gateway', 'kind')).toEqual({ Components: 2 });
    expect(facet('q=gateway', 'owner')).toEqual({ Observability: 1, Payments: 1 });
  });

  it('suggests near names when nothing is found', () => {
    expect(list('q=paymnet-gateway').empty?.near.map((near) => near.ref)).toEqual([
      'component:payments/payment-gateway',
    ]);
  });

  it('says how many there are without the filters when the filters are what hides them', () => {
    expect(list('q=ledger&kind=user').empty).toMatchObject({ reason: 'no-match', near: [] });
    expect(list('q=ledger&kind=user').empty?.withoutFilters?.href).toBe('/catalog?q=ledger');
  });
});

describe('filters', () => {
  it('narrow by every dimension together', () => {
    expect(names('kind=component&owner=group:org/payments&health=degraded')).toEqual(['payment-gateway']);
    expect(names('type=graphql')).toEqual(['catalog-graph']);
    expect(names('tag=ml&namespace=payments')).toEqual(['fraud-scoring']);
    expect(names('lifecycle=deprecated')).toEqual(['invoice-renderer']);
  });

  it('narrow by a relation to an entity', () => {
    expect(names('rel=apiConsumedBy:component:commerce/checkout')).toEqual(['catalog-graph', 'payments-api']);
    expect(
      list('rel=partOf:system:payments/money&kind=api').chips.map((chip) => `${chip.dimension} ${chip.label}`),
    ).toEqual(['Kind APIs', 'Part of Money Movement']);
  });

  it('show counts that choosing a value really gives', () => {
    const view = list('kind=component');
    for (const { dimension, options } of view.facets) {
      if (dimension === 'kind') continue;
      for (const option of options) expect(list(option.href.split('?')[1] ?? '').total).toBe(option.count);
    }
  });

  it('count a dimension without its own choice, so that another value can be added', () => {
    expect(facet('kind=api', 'kind')).toMatchObject({ Components: 28, APIs: 7 });
  });

  it('put verdicts in order of urgency, with a mark for each', () => {
    const health = list('').facets.find((each) => each.dimension === 'health');
    expect(health?.options.map((option) => [option.label, option.tone])).toEqual([
      ['Degraded', 'bad'],
      ['Unknown', 'unknown'],
      ['Progressing', 'busy'],
      ['Suspended', 'paused'],
      ['Healthy', 'good'],
    ]);
  });

  it('keep a chosen value in sight when it matches nothing', () => {
    expect(facet('type=bogus', 'type')).toMatchObject({ bogus: 0 });
  });

  it('can each be removed, and all at once', () => {
    const view = list('q=pay&kind=component&owner=group:org/payments&sort=type');
    expect(view.chips.map(({ dimension, label, removeHref }) => [dimension, label, removeHref])).toEqual([
      ['Text', 'pay', '/catalog?kind=component&owner=group:org/payments&sort=type'],
      ['Kind', 'Components', '/catalog?q=pay&owner=group:org/payments&sort=type'],
      ['Owner', 'Payments', '/catalog?q=pay&kind=component&sort=type'],
    ]);
    expect(view.clearHref).toBe('/catalog?sort=type');
  });

  it('fold the rare values and never a chosen one', () => {
    const components = Array.from({ length: 30 }, (_, index) =>
      entityResource({
        kind: 'Component',
        namespace: 'a',
        name: `c-${index}`,
        spec: { type: `type-${index}`, lifecycle: 'x', owner: 'a' },
      }),
    );
    const view = catalogListView(catalogOf(components), parseListState('type=type-29'));
    const types = view.facets.find((each) => each.dimension === 'type');
    expect(types?.options.map((option) => option.value)).toContain('type-29');
    expect((types?.options.length ?? 0) + (types?.folded.length ?? 0)).toBe(30);
    expect(types?.options.length).toBeLessThan(10);
  });
});

describe('an empty catalog', () => {
  it('says so instead of blaming a filter', () => {
    expect(catalogListView(catalogOf([]), parseListState('q=x')).empty?.reason).toBe('no-entities');
  });
});
