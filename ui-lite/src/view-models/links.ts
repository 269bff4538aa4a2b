/** A canonical ref taken apart: `kind:namespace/name`. */
export interface RefParts {
  kind: string;
  namespace: string;
  name: string;
}

/** Takes a full canonical ref apart; `undefined` when it is not one. */
export function splitRef(ref: string): RefParts | undefined {
  const match = /^([^:/]+):([^:/]+)\/([^/]+)$/.exec(ref);
  const [, kind, namespace, name] = match ?? [];
  if (kind === undefined || namespace === undefined || name === undefined) return undefined;
  return { kind, namespace, name };
}

/** The canonical page of an entity: lower case, every part escaped. */
export function entityHref(ref: RefParts): string {
  const part = (text: string) => encodeURIComponent(text.toLowerCase());
  return `/catalog/${part(ref.namespace)}/${part(ref.kind)}/${part(ref.name)}`;
}

const allowedSchemes = new Set(['http:', 'https:', 'mailto:']);

/**
 * The href for a link that somebody wrote into the catalog, or `undefined` when it may only be shown as text:
 * anything but http, https and mailto (`javascript:`, `data:`, relative paths). The parsed form is returned, so
 * that what was checked is what the browser gets.
 */
export function safeHref(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return allowedSchemes.has(url.protocol) ? url.href : undefined;
}
