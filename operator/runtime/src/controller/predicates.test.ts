import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { generationChanged } from './predicates.ts';

const metadata = { name: 'a', generation: 1, resourceVersion: '1', labels: { a: '1' }, annotations: { b: '2' } };

function updated(change: Partial<KubernetesObject['metadata']>): boolean {
  const object = { metadata: { ...metadata, ...change }, status: {} };
  return generationChanged({ type: 'updated', key: 'a', object, previous: { metadata }, raw: {}, initial: false });
}

describe('generationChanged', () => {
  it('sees spec, labels, annotations and deletion, and no status', () => {
    expect(updated({ resourceVersion: '2' })).toBe(false);
    expect(updated({ labels: { a: '1' }, annotations: { b: '2' } })).toBe(false);
    expect(updated({ generation: 2 })).toBe(true);
    expect(updated({ labels: {} })).toBe(true);
    expect(updated({ annotations: { b: '3' } })).toBe(true);
    expect(updated({ deletionTimestamp: '2026-01-01T00:00:00Z' })).toBe(true);
  });

  it('sees what comes and goes', () => {
    const change = { key: 'a', object: { metadata }, raw: {}, initial: true };
    expect(generationChanged({ ...change, type: 'added' })).toBe(true);
    expect(generationChanged({ ...change, type: 'deleted' })).toBe(true);
  });
});
