import { splitRef } from './links.ts';

/** What the address of the page of what is broken says. Values are lower case, as the catalog compares them. */
export interface BrokenState {
  /** A group's ref: what it and the groups below it own. */
  team: string | undefined;
  /** The ref of a domain or system: what is part of it, however deep. */
  within: string | undefined;
  /** A reason in one word. */
  reason: string | undefined;
}

export const emptyBrokenState: BrokenState = { team: undefined, within: undefined, reason: undefined };

const maxLength = 253;

/** Reads a query string; what it does not understand is ignored, never an error. */
export function parseBrokenState(search: string): BrokenState {
  const params = new URLSearchParams(search);
  const value = (name: string) => {
    const text = params.get(name)?.trim().toLowerCase() ?? '';
    return text === '' || text.length > maxLength ? undefined : text;
  };
  const ref = (name: string) => {
    const text = value(name);
    return text === undefined || splitRef(text) === undefined ? undefined : text;
  };
  return { team: ref('team'), within: ref('within'), reason: value('reason') };
}

/** One state has one address. */
export function brokenHref(state: BrokenState): string {
  const params = new URLSearchParams();
  for (const name of ['team', 'within', 'reason'] as const) {
    const value = state[name];
    if (value !== undefined) params.set(name, value);
  }
  const query = params.toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
  return query === '' ? '/broken' : `/broken?${query}`;
}
