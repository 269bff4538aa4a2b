import { describe, expect, it } from 'vitest';
import { createInterner } from '../entities/interner.ts';
import { podTrimmer, trimPod } from './trim-pod.ts';

function pod(name: string, { restarts = 0, uid = name }: { restarts?: number; uid?: string } = {}): object {
  return {
    metadata: {
      name,
      namespace: 'shop',
      uid,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'rs', controller: true }],
    },
    spec: { restartPolicy: 'Always' },
    status: {
      phase: 'Running',
      containerStatuses: ['app', 'proxy'].map((each) => ({
        name: each,
        ready: true,
        restartCount: restarts,
        state: { running: { startedAt: '2026-11-24T10:00:00Z' } },
      })),
    },
  };
}

describe('the pods of a store', () => {
  it('that are replicas hold their owner and the state of their containers once', () => {
    const trim = podTrimmer(createInterner());
    const [one, other] = [trim(pod('web-a')), trim(pod('web-b'))];
    expect(other.metadata.ownerReferences).toBe(one.metadata.ownerReferences);
    expect(other.containers).toBe(one.containers);
    expect([one.metadata.name, other.metadata.name]).toEqual(['web-a', 'web-b']);
  });

  it('keep what one of them has of its own', () => {
    const trim = podTrimmer(createInterner());
    const [well, restarted] = [trim(pod('web-a')), trim(pod('web-b', { restarts: 2 }))];
    expect(restarted.containers).not.toBe(well.containers);
    expect(restarted.containers.map(({ restarts, runningSinceMs }) => [restarts, runningSinceMs])).toEqual([
      [2, Date.parse('2026-11-24T10:00:00Z')],
      [2, Date.parse('2026-11-24T10:00:00Z')],
    ]);
  });

  it('are what they are without sharing', () => {
    const trim = podTrimmer(createInterner());
    for (const raw of [pod('web-a'), pod('web-b'), pod('web-c', { restarts: 3 }), {}, null]) {
      expect(trim(raw)).toEqual(trimPod(raw));
    }
  });
});
