import { isWithin, refMaxLength } from '../schema/lengths.ts';

/** A reference taken apart, as written. */
export interface Ref {
  kind: string;
  namespace: string;
  name: string;
}

/** `REF_MALFORMED`: not of the form `[kind:][namespace/]name`; `REF_WITHOUT_KIND`: no kind, and no default for it. */
export type RefErrorCode = 'REF_MALFORMED' | 'REF_WITHOUT_KIND';

/** A text that is no reference. */
export class RefError extends Error {
  override readonly name = 'RefError';
  readonly code: RefErrorCode;

  constructor(code: RefErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const form = /^(?:([^:/]+):)?(?:([^:/]+)\/)?([^:/]+)$/;

/**
 * Takes a reference apart: at most one `:` before at most one `/`, no empty part, at most 253 characters. Case is kept.
 * @throws {RefError} `REF_MALFORMED`, `REF_WITHOUT_KIND`
 */
export function parseRef(text: string, defaults: { kind?: string | undefined; namespace: string }): Ref {
  const match = isWithin(text, refMaxLength) ? form.exec(text) : null;
  if (match === null) {
    throw new RefError('REF_MALFORMED', `"${text.slice(0, 300)}" must be of the form [kind:][namespace/]name`);
  }
  const [, kind = defaults.kind, namespace = defaults.namespace, name = ''] = match;
  if (kind === undefined) throw new RefError('REF_WITHOUT_KIND', `"${text}" must name its kind: kind:[namespace/]name`);
  return { kind, namespace, name };
}

/** The canonical form, by which refs are compared: `kind:namespace/name` in lower case. */
export function formatRef({ kind, namespace, name }: Ref): string {
  return `${kind}:${namespace}/${name}`.toLowerCase();
}
