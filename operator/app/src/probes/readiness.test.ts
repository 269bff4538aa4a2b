import type { Losses } from '@portolan/controllers';
import type { Leadership } from '@portolan/runtime';
import { describe, expect, it } from 'vitest';
import { formatReadiness, readinessOf } from './readiness.ts';

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

  it('says what of health cannot be told, and does not depend on it', () => {
    const loss = { reason: 'Stale', message: 'The operator is silent.', sinceMs: 0 } as const;
    const pods = { ...loss, resource: 'pods', kind: 'Pod', message: 'No changes of pods arrive.' };
    const told = (losses: Losses) => formatReadiness(readinessOf({ sources: [], isStopping: false, losses }));
    expect(told({ everything: loss, sources: [pods] })).toBe(
      '[+]shutdown ok\n[!]freshness degraded: Stale: The operator is silent., since 1970-01-01T00:00:00Z\nreadyz check passed\n',
    );
    expect(told({ everything: undefined, sources: [pods] })).toContain('Stale: No changes of pods arrive.');
    expect(told({ everything: undefined, sources: [] })).toContain('[+]freshness ok');
  });

  it('in its verbose form lets what is well say more', () => {
    const checks = [{ name: 'leader', ok: true, message: 'standby of b' }];
    expect(formatReadiness({ ready: true, checks })).toBe('[+]leader ok: standby of b\nreadyz check passed\n');
  });

  it('in its verbose form keeps one line per check, whatever a message holds', () => {
    const text = formatReadiness({ ready: true, checks: [{ name: 'a', ok: false, message: 'x\n[+]b ok' }] });
    expect(text.split('\n')).toHaveLength(3);
  });
});
