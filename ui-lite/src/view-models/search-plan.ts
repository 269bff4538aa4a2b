import type { CatalogQuery, FilterExpression } from '@portolan/catalog';
import { kinds } from '@portolan/crds';

export type SearchPlan = Pick<CatalogQuery, 'fullText' | 'filter'>;

/** The rows a search looks in. The display names are the titles of users and groups. */
const textFields = ['metadata.name', 'metadata.title', 'metadata.description', 'spec.profile.displayname'] as const;

/** Finds the text in names, titles and descriptions; `{}` for no text. */
export function textPlan(text: string): SearchPlan {
  return text === '' ? {} : { fullText: { term: text, fields: textFields } };
}

/**
 * Finds the text as a piece of `kind:namespace/name`; `undefined` when it cannot be one. Before a `:` must stand the
 * end of a kind, before a `/` the end of a namespace (all of it when a kind came first), after them the start of what
 * follows. No row holds the whole ref, so the piece is split into conditions on its parts.
 */
export function refPlan(text: string, namespaces: readonly string[]): SearchPlan | undefined {
  const piece = text.toLowerCase();
  const colon = piece.indexOf(':');
  const slash = piece.indexOf('/', colon + 1);
  if ((colon < 0 && slash < 0) || /[\s]/.test(piece)) return undefined;
  const all: FilterExpression[] = [];
  if (colon >= 0) {
    const ending = piece.slice(0, colon);
    all.push({ key: 'kind', values: kinds.map((info) => info.kind.toLowerCase()).filter((k) => k.endsWith(ending)) });
  }
  const middle = piece.slice(colon + 1, slash < 0 ? undefined : slash);
  const fits = (namespace: string) => {
    if (colon >= 0 && slash >= 0) return namespace === middle;
    return slash >= 0 ? namespace.endsWith(middle) : namespace.startsWith(middle);
  };
  all.push({ key: 'metadata.namespace', values: namespaces.map((each) => each.toLowerCase()).filter(fits) });
  const start = slash < 0 ? '' : piece.slice(slash + 1);
  if (start !== '') all.push({ key: 'metadata.name', prefix: start });
  const impossible = all.some((each) => 'values' in each && each.values?.length === 0);
  return impossible ? undefined : { filter: { all } };
}
