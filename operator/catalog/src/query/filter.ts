import type { EntityId, FilterExpression, Visibility } from '../model.ts';
import type { RelationGraph } from '../relations/relation-graph.ts';
import type { RollupView } from '../rollups/rollup-view.ts';
import { rollupKey } from '../rollups/rollups.ts';
import type { RowIndex } from '../search-rows/row-index.ts';
import { relationKeyPrefix, rowValue } from '../search-rows/rows.ts';
import { Bitset } from './bitset.ts';

/** What a filter is answered from. */
export interface FilterSource {
  rows: RowIndex;
  graph: RelationGraph;
  /** As the caller sees them. */
  rollups: RollupView;
  /** All entities with a roll-up. */
  containers: Bitset;
  /** All entities that queries see. */
  all: Bitset;
  idOf(ref: string): EntityId | undefined;
}

/** Whether a relation that only its target declares may be seen: when its target may. */
export function isTargetVisible(source: Pick<FilterSource, 'idOf'>, target: string, visible?: Visibility): boolean {
  if (visible === undefined) {
    return true;
  }
  const id = source.idOf(target);
  return id !== undefined && visible.has(id);
}

/** Whether a lower-cased key names rows of relations. */
export function isRelationKey(key: string): boolean {
  return key.startsWith(relationKeyPrefix);
}

/** Whether a lower-cased key names the verdict of a roll-up, which has no rows: it is counted when it is asked for. */
export function isRollupKey(key: string): boolean {
  return key === rollupKey;
}

/** The keys whose posting sets a filter needs, lower-cased. */
export function* filterKeys(expression: FilterExpression): Generator<string> {
  if ('all' in expression) {
    for (const each of expression.all) {
      yield* filterKeys(each);
    }
  } else if ('any' in expression) {
    for (const each of expression.any) {
      yield* filterKeys(each);
    }
  } else if ('not' in expression) {
    yield* filterKeys(expression.not);
  } else if ('key' in expression) {
    yield expression.key.toLowerCase();
  }
}

/**
 * The entities that match a filter. The keys of {@link filterKeys} must be prepared. The caller owns the result.
 */
export function matching(expression: FilterExpression, source: FilterSource, visible: Visibility | undefined): Bitset {
  if ('all' in expression) {
    return matchingAll(expression.all, source, visible);
  }
  if ('any' in expression) {
    const matches = new Bitset();
    for (const each of expression.any) {
      matches.unite(matching(each, source, visible));
    }
    return matches;
  }
  if ('not' in expression) {
    const matches = source.all.clone();
    matches.subtract(matching(expression.not, source, visible));
    return matches;
  }
  if ('relation' in expression) {
    return matchingRelations(expression.relation, source, visible);
  }
  const key = expression.key.toLowerCase();
  if ('prefix' in expression) {
    return startingWith({ key, prefix: expression.prefix.toLowerCase() }, source, visible);
  }
  const { values } = expression;
  if (isRollupKey(key)) {
    const asked = values && new Set(values.map((value) => value.toLowerCase()));
    return matchingRollups((verdict) => asked?.has(verdict) !== false, { source, visible });
  }
  if (isRelationKey(key)) {
    const type = key.slice(relationKeyPrefix.length);
    return matchingRelations({ type, ...(values !== undefined && { targetRefs: values }) }, source, visible);
  }
  const postings = source.rows.postings(key);
  if (values === undefined) {
    return postings?.existing.clone() ?? new Bitset();
  }
  const matches = new Bitset();
  for (const value of values) {
    for (const posting of postings?.byValue.get(value.toLowerCase()) ?? []) {
      posting.addTo(matches);
    }
  }
  return matches;
}

/** The entities with a value of a lower-cased, prepared key that contains a lower-cased text, which is not empty. */
export function containing(
  { key, term }: { key: string; term: string },
  source: FilterSource,
  visible: Visibility | undefined,
): Bitset {
  if (isRollupKey(key)) {
    return matchingRollups((verdict) => verdict.includes(term), { source, visible });
  }
  if (isRelationKey(key)) {
    return matchingTargets(key, (target) => target.includes(term), { source, visible });
  }
  const matches = new Bitset();
  source.rows.postings(key)?.addContaining(term, matches);
  return matches;
}

/** Conditions on roll-ups come last and only look at what passed the others: each may count thousands of parts. */
function matchingAll(
  expressions: readonly FilterExpression[],
  source: FilterSource,
  visible: Visibility | undefined,
): Bitset {
  const matches = source.all.clone();
  const counting: FilterExpression[] = [];
  for (const each of expressions) {
    if ('key' in each && isRollupKey(each.key.toLowerCase())) {
      counting.push(each);
    } else {
      matches.intersect(matching(each, source, visible));
    }
  }
  for (const each of counting) {
    matches.intersect(matching(each, { ...source, all: matches }, visible));
  }
  return matches;
}

/** The containers of `source.all` with a lower-cased verdict that passes. */
function matchingRollups(
  passes: (verdict: string) => boolean,
  { source, visible }: { source: FilterSource; visible: Visibility | undefined },
): Bitset {
  const matches = new Bitset();
  forEachRollup(source.all, { source, visible }, (id, verdict) => {
    if (passes(verdict.toLowerCase())) {
      matches.add(id);
    }
  });
  return matches;
}

/** Calls back with the verdicts of those among `ids` that have one in their roll-up, and that the caller sees. */
export function forEachRollup(
  ids: Bitset | undefined,
  { source, visible }: { source: Pick<FilterSource, 'rollups' | 'containers'>; visible: Visibility | undefined },
  visit: (id: EntityId, verdict: string) => void,
): void {
  const containers = source.containers.clone();
  if (ids !== undefined) {
    containers.intersect(ids);
  }
  for (const id of containers.toArray()) {
    const verdict = visible?.has(id) === false ? undefined : source.rollups.verdict(id);
    if (verdict !== undefined) {
      visit(id, verdict);
    }
  }
}

function startingWith(
  { key, prefix }: { key: string; prefix: string },
  source: FilterSource,
  visible: Visibility | undefined,
): Bitset {
  if (isRollupKey(key)) {
    return matchingRollups((verdict) => verdict.startsWith(prefix), { source, visible });
  }
  if (isRelationKey(key)) {
    return matchingTargets(key, (target) => target.startsWith(prefix), { source, visible });
  }
  const matches = new Bitset();
  for (const [value, postings] of source.rows.postings(key)?.byValue ?? []) {
    if (value.startsWith(prefix)) {
      for (const posting of postings) {
        posting.addTo(matches);
      }
    }
  }
  return matches;
}

function matchingTargets(
  key: string,
  passes: (target: string) => boolean,
  { source, visible }: { source: FilterSource; visible: Visibility | undefined },
): Bitset {
  const matches = new Bitset();
  for (const type of source.graph.typesLike(key.slice(relationKeyPrefix.length))) {
    source.graph.forEachTarget(type, (target, ids, isOwn) => {
      if (rowValue(target) !== null && passes(target) && (isOwn || isTargetVisible(source, target, visible))) {
        matches.addAll(ids);
      }
    });
  }
  return matches;
}

function matchingRelations(
  { type, targetRefs }: { type?: string; targetRefs?: readonly string[] },
  source: FilterSource,
  visible: Visibility | undefined,
): Bitset {
  const matches = new Bitset();
  for (const each of source.graph.typesLike(type?.toLowerCase())) {
    if (targetRefs === undefined) {
      source.graph.forEachTarget(each, (target, ids, isOwn) => {
        if (isOwn || isTargetVisible(source, target, visible)) {
          matches.addAll(ids);
        }
      });
    }
    for (const text of targetRefs ?? []) {
      const target = text.toLowerCase();
      if (rowValue(target) !== null) {
        const { own, reverse } = source.graph.holders(each, target);
        matches.addAll(own);
        if (isTargetVisible(source, target, visible)) {
          matches.addAll(reverse);
        }
      }
    }
  }
  return matches;
}
