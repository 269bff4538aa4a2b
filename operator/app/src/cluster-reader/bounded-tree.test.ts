import type { RuntimeNode } from '@portolan/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedTree, worstFirst } from './bounded-tree.ts';

function node(name: string, children: readonly RuntimeNode[] = [], verdict: RuntimeNode['verdict'] = 'Healthy') {
  const words = { reason: 'Any', message: '', images: [], evidence: [] };
  return { kind: 'Pod', namespace: 'shop', name, verdict, ...words, children } satisfies RuntimeNode;
}

const { tree } = fc.letrec<{ tree: RuntimeNode }>((tie) => ({
  tree: fc
    .record({
      name: fc.string({ maxLength: 3 }),
      verdict: fc.constantFrom('Degraded', 'Unknown', 'Progressing', 'Healthy', 'Suspended'),
      children: fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.array(tie('tree'), { maxLength: 5 })),
    })
    .map(({ name, children, verdict }) => node(name, children, verdict)),
}));

function count(nodes: readonly RuntimeNode[]): number {
  return nodes.reduce((sum, each) => sum + 1 + count(each.children), 0);
}

describe('boundedTree', () => {
  it('holds at most so many nodes, tells how many are left out, and leaves a small tree alone', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 6 }), fc.integer({ min: 1, max: 30 }), (roots, limit) => {
        const { nodes, left } = boundedTree(roots, limit);
        expect(count(nodes)).toBe(Math.min(limit, count(roots)));
        expect(left).toBe(count(roots) - count(nodes));
        if (left === 0) expect(nodes).toEqual(roots);
      }),
    );
  });

  it('keeps every workload before the pods of one fill it', () => {
    const crowd = node(
      'crowd',
      Array.from({ length: 50 }, (_, at) => node(`pod-${at}`)),
    );
    const { nodes, left } = boundedTree([crowd, node('quiet')], 5);
    expect(nodes.map(({ name }) => name)).toEqual(['crowd', 'quiet']);
    expect(nodes[0]?.children.map(({ name }) => name)).toEqual(['pod-0', 'pod-1', 'pod-2']);
    expect(left).toBe(47);
  });
});

describe('worstFirst', () => {
  it('gives the same order whatever order they come in', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(tree, { maxLength: 8, selector: ({ name, verdict }) => `${name} ${verdict}` }),
        (nodes) => {
          const sorted = nodes.toSorted(worstFirst);
          expect(nodes.toReversed().toSorted(worstFirst)).toEqual(sorted);
          const order = ['Degraded', 'Unknown', 'Progressing', 'Healthy', 'Suspended'];
          const ranks = sorted.map(({ verdict }) => order.indexOf(verdict));
          expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
        },
      ),
    );
  });
});
