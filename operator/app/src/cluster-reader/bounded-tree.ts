import type { RuntimeNode } from '@portolan/api';
import type { Verdict } from '@portolan/crds';

const order: readonly Verdict[] = ['Degraded', 'Unknown', 'Progressing', 'Healthy', 'Suspended'];

/** The worst first, then by kind, namespace and name: the same objects always come in the same order. */
export function worstFirst(a: RuntimeNode, b: RuntimeNode): number {
  return (
    order.indexOf(a.verdict) - order.indexOf(b.verdict) ||
    compareText(a.kind, b.kind) ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name)
  );
}

/**
 * The first `limit` nodes, level by level, so that every workload is there before the pods of one fill the tree; within
 * a level in the order given. `left` counts the others.
 */
export function boundedTree(
  roots: readonly RuntimeNode[],
  limit: number,
): { nodes: readonly RuntimeNode[]; left: number } {
  const kept = new Set<RuntimeNode>();
  let total = 0;
  for (let level = roots; level.length > 0; level = level.flatMap(({ children }) => children)) {
    total += level.length;
    for (const node of level) if (kept.size < limit) kept.add(node);
  }
  const pruned = (nodes: readonly RuntimeNode[]): readonly RuntimeNode[] =>
    nodes.filter((node) => kept.has(node)).map((node) => ({ ...node, children: pruned(node.children) }));
  return { nodes: total > limit ? pruned(roots) : roots, left: total - kept.size };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
