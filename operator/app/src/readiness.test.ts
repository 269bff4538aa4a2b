import type { Leadership } from '@portolan/runtime';
import { describe, expect, it } from 'vitest';
import { readinessOf } from './readiness.ts';

describe('readiness', () => {
  it.each<[Leadership, string]>([
    [{ kind: 'leading' }, 'leading'],
    [{ kind: 'standby', holder: 'host_1' }, 'standby of host_1'],
    [{ kind: 'unknown' }, 'not known'],
    [{ kind: 'unknown', message: 'no route' }, 'not known, no route'],
  ])('names the leadership %j and does not depend on it', (leadership, message) => {
    const { ready, checks } = readinessOf({ sources: [], isStopping: false, leadership });
    expect(ready).toBe(true);
    expect(checks).toContainEqual({ name: 'leader', ok: true, message });
  });

  it('says nothing about a leader where nobody is elected, and is over when the process stops', () => {
    const { ready, checks } = readinessOf({ sources: [], isStopping: true });
    expect([ready, checks]).toEqual([false, [{ name: 'shutdown', ok: false }]]);
  });
});
