import type { EntityStatus, HealthStatus } from '@portolan/crds';
import { mergePatch } from '@portolan/runtime';
import { describe, expect, it } from 'vitest';
import { composeStatus } from '../composer/compose.ts';
import type { Fragment, FragmentSource } from '../composer/fragment.ts';
import { createWorld, home } from '../testing/world.ts';
import { rewriteAfterMs, withLostSources } from './lost-fragments.ts';
import type { LostSource } from './loss.ts';
import { noLosses, type Losses } from './overlay.ts';

const lostAtMs = Date.UTC(2026, 0, 2);
const pods: LostSource = {
  resource: 'pods',
  kind: 'Pod',
  reason: 'Forbidden',
  message: 'Portolan may not read pods.',
  sinceMs: lostAtMs,
};
const services: LostSource = { ...pods, resource: 'services', kind: 'Service', reason: 'Stale', message: '' };
const healthy: HealthStatus = {
  verdict: 'Healthy',
  reason: 'Running',
  message: 'All replicas are ready.',
  since: '2026-01-01T00:00:00Z',
};
const known = { link: 'Name', desired: 1, ready: 1, verdict: 'Healthy', reason: 'Running' } as const;
const workload = { kind: 'Deployment', namespace: home, name: 'shop', ...known };
const service = { kind: 'Service', namespace: home, name: 'shop', supporting: true, ...known };
const workloads = { total: 1, desired: 1, ready: 1, items: [workload, service] };

/** What `withLostSources` makes of an entity over time; `decided` is what would be decided if nothing were lost. */
function stage(options: { stored?: EntityStatus; decided?: EntityStatus }) {
  const world = createWorld();
  let status: EntityStatus = { conditions: [], ...options.stored };
  let losses: Losses = noLosses;
  const seen: (EntityStatus | undefined)[] = [];
  const source: FragmentSource = (entity): Fragment => {
    seen.push(entity.status);
    const { health = healthy, workloads: found = workloads } = options.decided ?? {};
    // As health is decided: a verdict that stays keeps its time.
    const stored = entity.status?.health;
    const since = stored?.verdict === health.verdict ? stored.since : '2026-01-03T00:00:00Z';
    return { fields: { health: { ...health, since }, workloads: found } };
  };
  const wrapped = withLostSources({ source, losses: () => losses });
  return {
    seen,
    lose: (...sources: LostSource[]) => {
      losses = { everything: undefined, sources };
    },
    /** Composes as the composer would at that time after the loss, and gives whether there is something to write. */
    compose: (afterMs: number): { isWritten: boolean; status: EntityStatus } => {
      const entity = world.put({ kind: 'Component', name: 'shop', status });
      const fragments = [wrapped(entity, lostAtMs + afterMs)];
      const next = composeStatus({ stored: status, generation: 1, fragments, now: '2026-01-03T00:00:00Z' });
      const isWritten = mergePatch(status, next) !== undefined;
      status = next;
      return { isWritten, status };
    },
  };
}

const stored: EntityStatus = { observedGeneration: 1, conditions: [], workloads, health: healthy };
const degraded: EntityStatus = { health: { ...healthy, verdict: 'Degraded', reason: 'CrashLoop' }, workloads };

describe('the health of an entity whose source is lost', () => {
  it('stays as it is stored for five minutes, whatever would be decided from what is still seen', () => {
    const { lose, compose, seen } = stage({ stored, decided: degraded });
    lose(pods);
    expect(compose(1_000).status).toEqual(stored);
    expect(compose(rewriteAfterMs - 1).status).toEqual(stored);
    expect(seen).toEqual([]);
  });

  it('reads Unknown after that, with what was last known, and is written once', () => {
    const { lose, compose } = stage({ stored, decided: degraded });
    lose(pods);
    const { isWritten, status } = compose(rewriteAfterMs);
    expect(isWritten).toBe(true);
    expect(status.health).toMatchObject({
      verdict: 'Unknown',
      reason: 'Forbidden',
      since: '2026-01-02T00:00:00Z',
      lastKnown: healthy,
    });
    expect(status.workloads?.items?.[0]?.verdict).toBe('Unknown');
    expect(compose(rewriteAfterMs + 60_000).isWritten).toBe(false);
    // A restart of the operator finds the source lost anew.
    lose({ ...pods, sinceMs: lostAtMs + rewriteAfterMs });
    expect(compose(rewriteAfterMs + 61_000).isWritten).toBe(false);
  });

  it('is decided anew when the source is back, and has its time back where the verdict is the last known', () => {
    const { lose, compose, seen } = stage({ stored });
    lose(pods);
    compose(rewriteAfterMs);
    lose();
    expect(compose(rewriteAfterMs + 1_000).status.health).toEqual(healthy);
    expect(seen.at(-1)?.health?.verdict).toBe('Healthy');
    expect(seen.at(-1)?.health?.lastKnown).toBeUndefined();
  });

  it('is Unknown at once where nothing was known, and then stays as it is', () => {
    const { lose, compose } = stage({});
    lose(pods);
    const { status } = compose(1_000);
    expect(status.health).toMatchObject({ verdict: 'Unknown', reason: 'Forbidden' });
    expect(status.health?.lastKnown).toBeUndefined();
    expect(compose(2_000).isWritten).toBe(false);
    expect(compose(rewriteAfterMs).isWritten).toBe(false);
    lose();
    expect(compose(rewriteAfterMs + 1_000).status.health?.verdict).toBe('Healthy');
  });

  it('is not affected by another source, and has a gap for a supporting one after five minutes', () => {
    const { lose, compose } = stage({ stored });
    lose(services, { ...pods, resource: 'jobs.batch', kind: 'Job' });
    expect(compose(1_000).isWritten).toBe(false);
    const { status } = compose(rewriteAfterMs);
    expect(status.health).toEqual({ ...healthy, gaps: [{ kind: 'Service', namespace: '', reason: 'Stale' }] });
    expect(compose(rewriteAfterMs + 1_000).isWritten).toBe(false);
  });
});
