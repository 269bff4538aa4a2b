import {
  declaredRefs,
  entityName,
  entityRef,
  type EntityResource,
  type EntityStatus,
  type NamespaceMapping,
  type Verdict,
} from '@portolan/crds';
import type { FacetCount, FilterExpression, OrderField, Position, Relation, Rollup } from '../model.ts';

/** As the catalog's query, with uids for ids. */
export interface NaiveQuery {
  filter?: FilterExpression | undefined;
  fullText?: { term: string; fields: readonly string[] } | undefined;
  order: readonly OrderField[];
  missing: 'exclude' | 'last';
  limit?: number | undefined;
  offset?: number | undefined;
  from?: { position: Position; backwards: boolean } | undefined;
}

export interface NaivePage {
  uids: string[];
  total: number;
  hasNext: boolean;
  hasPrevious: boolean;
  first?: Position | undefined;
  last?: Position | undefined;
  firstOfAll?: Position | undefined;
}

interface Row {
  key: string;
  /** Lower-cased; null when the path only exists. */
  value: string | null;
  original: string | null;
}

type Sees = (uid: string) => boolean;

/**
 * What the catalog must answer, written straight from reference/backstage-quirks.md part A: arrays, `filter` and `sort`,
 * everything computed anew for each question. Shares no code with the catalog.
 */
export class NaiveCatalog {
  resources: EntityResource[] = [];
  readonly #namespaces: NamespaceMapping;
  #served: EntityResource[] | undefined;

  constructor(namespaces: NamespaceMapping) {
    this.#namespaces = namespaces;
  }

  upsert(resource: EntityResource): void {
    this.delete(resource.metadata.uid);
    this.resources.push(resource);
  }

  delete(uid: string): void {
    this.resources = this.resources.filter((other) => other.metadata.uid !== uid);
    this.#served = undefined;
  }

  restate(uid: string, status: EntityStatus): void {
    this.resources = this.resources.map((each) => (each.metadata.uid === uid ? { ...each, status } : each));
    this.#served = undefined;
  }

  ref(resource: EntityResource): string {
    return entityRef(resource, this.#namespaces);
  }

  /** The oldest of each ref. */
  served(): EntityResource[] {
    this.#served ??= this.resources.filter((resource) =>
      this.resources.every(
        (other) => other === resource || this.ref(other) !== this.ref(resource) || older(resource, other),
      ),
    );
    return this.#served;
  }

  byRef(ref: string): EntityResource | undefined {
    return this.served().find((resource) => this.ref(resource) === ref);
  }

  /** What an entity declares, and what visible others declare about it. */
  relations(resource: EntityResource, sees: Sees): Relation[] {
    const own = declaredRefs(resource, this.#namespaces).map(({ relation, ref }) => ({
      type: relation,
      targetRef: ref,
    }));
    const served = this.served();
    const others = served.includes(resource) ? served.filter((other) => sees(other.metadata.uid)) : [];
    const reverse = others.flatMap((other) =>
      declaredRefs(other, this.#namespaces)
        .filter(({ ref }) => ref === this.ref(resource))
        .map((declared) => ({ type: declared.reverse, targetRef: this.ref(other) })),
    );
    const byText = new Map(
      [...own, ...reverse].map((relation) => [`${relation.type} ${relation.targetRef}`, relation]),
    );
    return [...byText.values()].sort((a, b) => order(a.type, b.type) || order(a.targetRef, b.targetRef));
  }

  entity(resource: EntityResource, sees: Sees): object {
    const { metadata, spec } = resource;
    const { entityName: _name, title, description, tags, links, extensions, metadataExtensions, ...fields } = spec;
    const lists = ['providesApis', 'consumesApis', 'dependsOn', 'dependencyOf', 'memberOf', 'children', 'members'];
    const copy: Record<string, unknown> = { ...extensions, ...fields };
    for (const field of lists) {
      const list = copy[field];
      if (Array.isArray(list)) {
        copy[field] = (list as string[]).toSorted(order);
      }
    }
    const { 'kubectl.kubernetes.io/last-applied-configuration': _applied, ...annotations } = metadata.annotations ?? {};
    return JSON.parse(
      JSON.stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: resource.kind,
        metadata: {
          ...metadataExtensions,
          name: entityName(resource),
          namespace: this.#namespaces.toCatalog(metadata.namespace),
          uid: metadata.uid,
          etag: `${metadata.uid}-${metadata.resourceVersion}`,
          title,
          description,
          tags,
          links,
          labels: metadata.labels,
          annotations: metadata.annotations && annotations,
        },
        spec: copy,
        relations: this.relations(resource, sees),
        status: { portolan: { ...resource.status, rollup: this.rollup(resource, sees) } },
      }),
    ) as object;
  }

  /** Refs of what hangs directly below an entity by one of these relations, as the caller sees it. */
  #below(resource: EntityResource, types: readonly string[], sees: Sees): EntityResource[] {
    return this.relations(resource, sees)
      .filter(({ type }) => types.includes(type))
      .flatMap(({ targetRef }) => this.byRef(targetRef) ?? [])
      .filter(({ metadata }) => sees(metadata.uid));
  }

  /** The entity and everything below it by one relation, each once. */
  #closure(resource: EntityResource, type: string, sees: Sees): EntityResource[] {
    const found = [resource];
    for (const each of found) {
      found.push(...this.#below(each, [type], sees).filter((below) => !found.includes(below)));
    }
    return found;
  }

  rollup(resource: EntityResource, sees: Sees): Rollup | undefined {
    const isPart = ({ kind }: EntityResource) => kind === 'Component' || kind === 'Resource';
    if (!this.served().includes(resource)) return undefined;
    switch (resource.kind) {
      case 'System':
      case 'Domain':
        return this.#sum(this.#closure(resource, 'hasPart', sees).slice(1).filter(isPart));
      case 'User':
        return this.#sum(this.#below(resource, ['ownerOf'], sees).filter(isPart));
      case 'Group': {
        const groups = this.#groupsBelow(resource, sees);
        const owned = groups.map((group) => this.#below(group, ['ownerOf'], sees).filter(isPart));
        const { reason: _, worst: _worst, more: _more, ...direct } = this.#sum(owned[0] ?? []);
        return { ...this.#sum([...new Set(owned.flat())]), direct };
      }
      default:
        return undefined;
    }
  }

  #groupsBelow(resource: EntityResource, sees: Sees): EntityResource[] {
    const found = [resource];
    for (const each of found) {
      const children = this.#below(each, ['parentOf'], sees).filter(({ kind }) => kind === 'Group');
      found.push(...children.filter((child) => !found.includes(child)));
    }
    return found;
  }

  #sum(parts: readonly EntityResource[]): Rollup {
    const healths = parts.map((part) => ({ ref: this.ref(part), health: part.status?.health }));
    const count = (verdict: string) => healths.filter(({ health }) => health?.verdict === verdict).length;
    const worst = ['Degraded', 'Unknown', 'Progressing'].flatMap((verdict) =>
      healths
        .filter(({ health }) => health?.verdict === verdict)
        .sort((a, b) => order(a.ref, b.ref))
        .map(({ ref, health }) => ({ ref, verdict: verdict as Verdict, reason: health?.reason ?? 'NoReason' })),
    );
    const verdict =
      worst[0]?.verdict ?? (count('Healthy') > 0 ? 'Healthy' : count('Suspended') > 0 ? 'Suspended' : undefined);
    const reasons = { Healthy: 'PartsHealthy', Suspended: 'PartsSuspended' };
    const without = parts.length === 0 ? 'NoParts' : 'NoPartHasHealth';
    return {
      ...(verdict !== undefined && { verdict }),
      reason:
        worst[0]?.reason ?? (verdict === undefined ? without : (reasons as Record<string, string>)[verdict]) ?? '',
      total: parts.length,
      counts: {
        Degraded: count('Degraded'),
        Unknown: count('Unknown'),
        Progressing: count('Progressing'),
        Healthy: count('Healthy'),
        Suspended: count('Suspended'),
      },
      withoutHealth: healths.filter(({ health }) => health === undefined).length,
      worst: worst.slice(0, 10),
      ...(worst.length > 10 && { more: worst.length - 10 }),
    };
  }

  rows(resource: EntityResource, sees: Sees): Row[] {
    const found: { path: string; value: string | number | boolean | null }[] = [];
    const walk = (path: string, value: unknown): void => {
      if (['relations', 'status', 'attachments', 'metadata.etag'].includes(path)) return;
      if (value === null || typeof value !== 'object') {
        found.push({ path, value: value as string | number | boolean | null });
      } else if (Array.isArray(value)) {
        for (const item of value as unknown[]) {
          walk(path, item);
          if (typeof item !== 'string') continue;
          const key = `${path}.${item}`;
          if (!found.some((other) => other.path.toLowerCase() === key.toLowerCase())) {
            found.push({ path: key, value: true });
          }
        }
      } else {
        for (const [key, inner] of Object.entries(value)) walk(path === '' ? key : `${path}.${key}`, inner);
      }
    };
    walk('', this.entity(resource, sees));
    for (const { type, targetRef } of this.relations(resource, sees)) {
      found.push({ path: `relations.${type}`, value: targetRef });
    }
    const verdict = resource.status?.health?.verdict;
    if (verdict !== undefined) {
      found.push({ path: 'status.portolan.health.verdict', value: verdict });
    }
    const rolledUp = this.rollup(resource, sees)?.verdict;
    if (rolledUp !== undefined) {
      found.push({ path: 'status.portolan.rollup.verdict', value: rolledUp });
    }
    const rows = found.map(({ path, value }): Row => {
      const original = value === null ? null : String(value);
      const isLong = original === null || original.toLowerCase().length > 200;
      const key = path.toLowerCase();
      return isLong ? { key, value: null, original: null } : { key, value: original.toLowerCase(), original };
    });
    return rows.filter(
      ({ key, value }, at) =>
        key.length <= 200 && rows.findIndex((other) => other.key === key && other.value === value) === at,
    );
  }

  matches(expression: FilterExpression, rows: readonly Row[]): boolean {
    if ('all' in expression) return expression.all.every((each) => this.matches(each, rows));
    if ('any' in expression) return expression.any.some((each) => this.matches(each, rows));
    if ('not' in expression) return !this.matches(expression.not, rows);
    if ('relation' in expression) {
      const { type, targetRefs } = expression.relation;
      return rows.some(
        ({ key, value }) =>
          (type === undefined ? key.startsWith('relations.') : key === `relations.${type.toLowerCase()}`) &&
          (targetRefs === undefined || targetRefs.some((ref) => ref.toLowerCase() === value)),
      );
    }
    const ofKey = rows.filter(({ key }) => key === expression.key.toLowerCase());
    if ('prefix' in expression) {
      return ofKey.some(({ value }) => value?.startsWith(expression.prefix.toLowerCase()));
    }
    const { values } = expression;
    return ofKey.some((row) => values === undefined || values.some((value) => value.toLowerCase() === row.value));
  }

  query(query: NaiveQuery, sees: Sees = () => true): NaivePage {
    const { filter, fullText, missing, limit = Infinity, offset = 0, from } = query;
    const term = fullText?.term.trim().toLowerCase() ?? '';
    const fields = fullText?.fields.map((field) => field.toLowerCase()) ?? [];
    const fieldOrder = missing === 'exclude' ? query.order.slice(0, 1) : query.order;
    const uidSign = missing === 'exclude' && fieldOrder[0]?.direction === 'desc' ? -1 : 1;
    const sortValues = (rows: readonly Row[]) =>
      fieldOrder.map(({ field }) => {
        const values = rows.flatMap(({ key, value }) => (key === field.toLowerCase() && value !== null ? [value] : []));
        return values.sort(order)[0] ?? null;
      });
    const entities = this.served().map((resource) => {
      const rows = this.rows(resource, sees);
      return { uid: resource.metadata.uid, rows, values: sortValues(rows) };
    });
    const compare = (a: { uid: string; values: (string | null)[] }, b: { uid: string; values: (string | null)[] }) => {
      for (const [at, { direction }] of fieldOrder.entries()) {
        const [left = null, right = null] = [a.values[at], b.values[at]];
        if (left === right) continue;
        if (left === null || right === null) return left === null ? 1 : -1;
        return direction === 'desc' ? order(right, left) : order(left, right);
      }
      return order(a.uid, b.uid) * uidSign;
    };
    const result = entities
      .filter(({ uid }) => sees(uid))
      .filter(({ rows }) => filter === undefined || this.matches(filter, rows))
      .filter(
        ({ rows }) =>
          term === '' || rows.some(({ key, value }) => fields.includes(key) && value !== null && value.includes(term)),
      )
      .filter(({ values }) => missing === 'last' || values[0] !== null)
      .sort(compare);
    const place = from && {
      uid: from.position.uid,
      values: [
        from.position.value,
        ...(entities.find(({ uid }) => uid === from.position.uid)?.values.slice(1) ?? []),
      ].slice(0, fieldOrder.length),
    };
    let start = offset;
    let end = Math.min(result.length, offset + limit);
    if (place !== undefined && from?.backwards === false) {
      start = result.filter((row) => compare(row, place) <= 0).length + offset;
      end = Math.min(result.length, start + limit);
    } else if (place !== undefined) {
      end = Math.max(0, result.filter((row) => compare(row, place) < 0).length - offset);
      start = Math.max(0, end - limit);
    }
    start = Math.min(start, result.length);
    const items = result.slice(start, end);
    const position = (row: (typeof result)[number] | undefined): Position | undefined =>
      row && { value: row.values[0] ?? null, uid: row.uid };
    return {
      uids: items.map(({ uid }) => uid),
      total: result.length,
      hasNext: Math.max(start, end) < result.length,
      hasPrevious: start > 0,
      first: position(items[0]),
      last: position(items.at(-1)),
      firstOfAll: position(result[0]),
    };
  }

  facet(path: string, filter: FilterExpression | undefined, sees: Sees): FacetCount[] {
    const counts = new Map<string, number>();
    for (const resource of this.served().filter(({ metadata }) => sees(metadata.uid))) {
      const rows = this.rows(resource, sees);
      if (filter !== undefined && !this.matches(filter, rows)) continue;
      for (const { key, original } of rows) {
        if (key === path.toLowerCase() && original !== null) counts.set(original, (counts.get(original) ?? 0) + 1);
      }
    }
    return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => order(a.value, b.value));
  }
}

/** By code points. */
function order(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (const [at, char] of left.entries()) {
    const difference = (char.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function older(a: EntityResource, b: EntityResource): boolean {
  const [left, right] = [a, b].map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? '9999-01-01T00:00:00Z'));
  return left === right ? a.metadata.uid < b.metadata.uid : Number(left) < Number(right);
}
