import { describe, expect, it } from 'vitest';
import { entityEvents, listEvents, liveView } from './live.ts';
import { emptyListState, parseListState } from './list-state.ts';

describe('a live page', () => {
  it('says what it is about and of which moment it is', () => {
    const events = { path: '/api/portolan/v1/events', mark: () => 'sealed' };
    expect(liveView(events, entityEvents('component:a/b'))).toEqual({
      path: '/api/portolan/v1/events',
      query: 'ref=component%3Aa%2Fb',
      mark: 'sealed',
    });
    expect(liveView(undefined, 'ref=x')).toBeUndefined();
  });
});

describe('a list', () => {
  const filterOf = (search: string) => new URLSearchParams(listEvents(parseListState(search))).get('filter');

  it('is about what matches its filters', () => {
    expect(filterOf('kind=component&kind=api&owner=group:org/payments&q=pay')).toBe(
      'kind=component,kind=api,relations.ownedby=group:org/payments',
    );
    expect(filterOf('rel=partOf:system:default/checkout')).toBe('relations.partof=system:default/checkout');
  });

  it('is about everything without filters, and about more than it shows for what a filter cannot say', () => {
    expect(listEvents(emptyListState)).toBe('');
    expect(filterOf('type=a,b&kind=component')).toBe('kind=component');
  });
});
