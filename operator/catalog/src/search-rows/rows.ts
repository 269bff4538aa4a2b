/**
 * The rows that filters, facets, orders and text search see, built as Backstage's stitcher builds them: one per leaf,
 * key and value lower-cased.
 */

/** Longer keys have no row; the size of the database column in the backend our clients know. */
const maxKeyLength = 200;
/** Longer values only exist. */
const maxValueLength = 200;

/** Keys of the rows that come from relations: this and the type, lower-cased. */
export const relationKeyPrefix = 'relations.';

/** Paths that never become rows from the entity's JSON. Relations have rows of their own. */
const excludedPaths: ReadonlySet<string> = new Set(['attachments', 'relations', 'status', 'metadata.etag']);

/** What is hot in our own status; the rest of a status has no rows, as in Backstage. */
const statusPaths: readonly (readonly string[])[] = [
  ['status', 'portolan', 'health', 'verdict'],
  ['status', 'portolan', 'health', 'reason'],
];

/** A row. `value` is in original case, null when the path only exists; `key` is lower-cased. */
export interface SearchRow {
  key: string;
  value: string | null;
}

type Leaf = string | number | boolean | null | undefined;

/** The value of a row in original case, or null when the path only exists. */
export function rowValue(value: Leaf): string | null {
  if (value === null || value === undefined) {
    return null;
  }
  const text = String(value);
  return text.toLowerCase().length <= maxValueLength ? text : null;
}

/** The rows of an entity without its relations: one per key and lower-cased value, the first spelling kept. */
export function entityRows(entity: object): SearchRow[] {
  const builder = new RowBuilder();
  builder.visit('', entity);
  for (const path of statusPaths) {
    const leaf = path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), entity);
    if (typeof leaf === 'string') {
      builder.leaf(path.join('.'), leaf);
    }
  }
  return builder.rows;
}

class RowBuilder {
  readonly rows: SearchRow[] = [];
  readonly #seen = new Map<string, Set<string | null>>();

  visit(path: string, value: unknown): void {
    if (excludedPaths.has(path)) {
      return;
    }
    if (Array.isArray(value)) {
      for (const item of value) {
        this.#item(path, item);
      }
    } else if (isObject(value)) {
      for (const [key, inner] of Object.entries(value)) {
        this.visit(path === '' ? key : `${path}.${key}`, inner);
      }
    } else if (isLeaf(value)) {
      this.leaf(path, value);
    }
  }

  /** A text in an array also becomes `path.text = true`, so that a filter can ask for several items at once. */
  #item(path: string, item: unknown): void {
    this.visit(path, item);
    if (typeof item === 'string') {
      const itemPath = `${path}.${item}`;
      if (!this.#seen.has(itemPath.toLowerCase())) {
        this.leaf(itemPath, true);
      }
    }
  }

  leaf(path: string, leaf: Leaf): void {
    const key = path.toLowerCase();
    if (key.length > maxKeyLength) {
      return;
    }
    const value = rowValue(leaf);
    const lower = value === null ? null : value.toLowerCase();
    const values = this.#seen.get(key);
    if (values === undefined) {
      this.#seen.set(key, new Set([lower]));
    } else if (values.has(lower)) {
      return;
    } else {
      values.add(lower);
    }
    this.rows.push({ key, value });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || value === undefined || ['string', 'number', 'boolean'].includes(typeof value);
}
