import { dimensionPaths, dimensions, type ListState } from './list-state.ts';

/** Where a page hears that it is out of date, and of which moment it is. */
export interface PageEvents {
  /** The path of the event stream. */
  path: string;
  /** A mark of now; see the API's event hub. */
  mark: () => string;
}

/** What the script of a page needs to stay up to date. */
export interface LiveView {
  path: string;
  /** What the page is about, as a query string. */
  query: string;
  mark: string;
  /** Reads itself anew after this long at the latest, in milliseconds. Default: the script's. */
  refreshMs?: number;
}

/** The mark comes first: what changes while the page is built is heard of then. */
export function liveView(events: PageEvents | undefined, query: string): LiveView | undefined {
  return events === undefined ? undefined : { path: events.path, query, mark: events.mark() };
}

/** An entity's page is about the entity and what is related to it. */
export function entityEvents(ref: string): string {
  return new URLSearchParams({ ref }).toString();
}

/**
 * A list is about what matches its filters. Its text is left out, and values that a filter of the API cannot hold: it
 * then hears of more than it shows.
 */
export function listEvents(state: ListState): string {
  const conditions = dimensions.flatMap((dimension) => {
    const values = state.filters[dimension];
    if (values.some((value) => value.includes(','))) return [];
    return values.map((value) => `${dimensionPaths[dimension].toLowerCase()}=${value}`);
  });
  const { relation } = state;
  if (relation !== undefined && !relation.ref.includes(',')) {
    conditions.push(`relations.${relation.type.toLowerCase()}=${relation.ref}`);
  }
  return conditions.length === 0 ? '' : new URLSearchParams({ filter: conditions.join(',') }).toString();
}
