import type { EntityStatus, HealthStatus, WorkloadStatus } from '@portolan/crds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Loss, LostSource } from './loss.ts';
import { lossOf, withLosses, withoutLosses, type Concerned, type Losses } from './overlay.ts';

const sinceMs = Date.UTC(2026, 0, 2);
const silent: Loss = { reason: 'Stale', message: 'The operator is silent.', sinceMs };

function lost(kind: string, fields: Partial<LostSource> = {}): LostSource {
  const resource = `${kind.toLowerCase()}s`;
  return { resource, kind, reason: 'Stale', message: `${resource} lost`, sinceMs, ...fields };
}

function item(kind: string, fields: Partial<WorkloadStatus> = {}): WorkloadStatus {
  const known = { link: 'Name', desired: 1, ready: 1, verdict: 'Healthy', reason: 'Running' } as const;
  return { kind, namespace: 'home', name: 'shop', ...known, ...fields };
}

const health: HealthStatus = {
  verdict: 'Healthy',
  reason: 'Running',
  message: 'All replicas are ready.',
  since: '2026-01-01T00:00:00Z',
};

type Entity = Concerned & { status: EntityStatus };

function entity(...items: WorkloadStatus[]): Entity {
  const workloads = { total: items.length, desired: 1, ready: 1, items };
  return { kind: 'Component', namespace: 'home', status: { conditions: [], workloads, health } };
}

function of(...sources: LostSource[]): Losses {
  return { everything: undefined, sources };
}

const kinds = ['Deployment', 'StatefulSet', 'CronJob', 'Job', 'Pod', 'Service', 'Rollout', 'ReplicaSet'];
const verdicts = ['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Unknown'] as const;
const anyItem = fc
  .record({
    kind: fc.constantFrom(...kinds),
    namespace: fc.constantFrom('home', 'away'),
    verdict: fc.constantFrom(...verdicts),
    supporting: fc.boolean(),
  })
  .map(({ kind, supporting, ...fields }) => item(kind, { ...fields, ...(supporting && { supporting }) }));
const anyEntity = fc
  .record({
    items: fc.array(anyItem, { maxLength: 4 }),
    verdict: fc.constantFrom(...verdicts),
    isLinked: fc.boolean(),
  })
  .map(({ items, verdict, isLinked }): Entity => {
    const { status, ...names } = entity(...items);
    return { ...names, status: isLinked ? { ...status, health: { ...health, verdict } } : { conditions: [] } };
  });
const anyLost = fc
  .record({
    kind: fc.constantFrom(...kinds, 'EndpointSlice', 'Component'),
    reason: fc.constantFrom('Stale', 'Forbidden', 'NotSynced'),
    namespace: fc.option(fc.constantFrom('home', 'away'), { nil: undefined }),
    sinceMs: fc.nat(10).map((days) => sinceMs + days * 86_400_000),
  })
  .map(({ kind, namespace, ...fields }) =>
    lost(kind, {
      ...fields,
      ...(namespace !== undefined && { namespace }),
      ...(kind === 'Component' && { resource: 'components.portolan.dev' }),
    }),
  );
const anyLosses: fc.Arbitrary<Losses> = fc.record({
  everything: fc.option(fc.constant(silent), { nil: undefined }),
  sources: fc.array(anyLost, { maxLength: 3 }),
});

describe('a status while sources are lost', () => {
  it('never tells a better verdict than the stored one, and tells that one as the last known', () => {
    fc.assert(
      fc.property(anyEntity, anyLosses, (concerned, losses) => {
        const told = withLosses(concerned, losses);
        const stored = concerned.status.health;
        if (stored === undefined || lossOf(concerned, losses) === undefined) {
          expect(told?.health?.verdict).toBe(stored?.verdict);
          expect(told?.health?.lastKnown).toBeUndefined();
          return;
        }
        expect(told?.health?.verdict).toBe('Unknown');
        const { verdict, reason, message, since } = stored;
        expect(told?.health?.lastKnown).toEqual({ verdict, reason, message, since });
        expect(['Stale', 'Forbidden', 'NotSynced']).toContain(told?.health?.reason);
      }),
    );
  });

  it('is told alike however often it is told, and what was stored can be had back', () => {
    fc.assert(
      fc.property(anyEntity, anyLosses, (concerned, losses) => {
        const told = withLosses(concerned, losses);
        expect(withLosses({ ...concerned, status: told }, losses)).toEqual(told);
        const { verdict, reason, message, since } = concerned.status.health ?? {};
        expect(withoutLosses(told)?.health ?? {}).toMatchObject(
          concerned.status.health === undefined ? {} : { verdict, reason, message, since },
        );
        expect(withoutLosses(told)?.health?.lastKnown).toBeUndefined();
      }),
    );
  });

  it('is the same object where nothing is affected', () => {
    const concerned = entity(item('StatefulSet'));
    expect(withLosses(concerned, of(lost('Deployment'), lost('ReplicaSet')))).toBe(concerned.status);
    expect(withLosses(concerned, of(lost('StatefulSet', { namespace: 'away' })))).toBe(concerned.status);
  });

  it('says why, since when, what was last known and what to do', () => {
    const nextStep = { text: 'Grant it.' };
    const told = withLosses(
      entity(item('Deployment')),
      of(lost('Deployment'), lost('Pod', { reason: 'Forbidden', sinceMs: sinceMs + 1_000, nextStep })),
    );
    expect(told?.health).toEqual({
      verdict: 'Unknown',
      reason: 'Forbidden',
      message: 'pods lost',
      since: '2026-01-02T00:00:01Z',
      nextStep,
      lastKnown: health,
    });
    expect(told?.workloads?.items?.[0]).toMatchObject({ verdict: 'Unknown', reason: 'Forbidden', ready: 1 });
  });

  it.each<[string, string, boolean]>([
    ['Pod', 'Deployment', true],
    ['Pod', 'CronJob', true],
    ['ReplicaSet', 'Deployment', true],
    ['ReplicaSet', 'Rollout', true],
    ['ReplicaSet', 'StatefulSet', false],
    ['Job', 'CronJob', true],
    ['Job', 'Deployment', false],
    ['Service', 'Deployment', false],
  ])('without %s leaves a %s unknown: %s', (part, kind, isUnknown) => {
    expect(withLosses(entity(item(kind)), of(lost(part)))?.health?.verdict === 'Unknown').toBe(isUnknown);
  });

  it('has a gap for a supporting kind, and keeps its verdict', () => {
    const concerned = entity(item('Deployment'), item('Service', { supporting: true }));
    const told = withLosses(concerned, of(lost('EndpointSlice', { reason: 'Forbidden' })));
    expect(told?.health).toEqual({
      ...health,
      gaps: [{ kind: 'EndpointSlice', namespace: '', reason: 'Forbidden' }],
    });
    expect(told?.workloads?.items?.map(({ verdict }) => verdict)).toEqual(['Healthy', 'Unknown']);
  });

  it('is unknown when its own kind is lost, or workloads that it does not name may be of the lost kind', () => {
    const own = lost('Component', { resource: 'components.portolan.dev' });
    const told = withLosses(entity(item('Deployment')), of(own));
    expect([told?.health?.verdict, told?.workloads?.items?.[0]?.verdict]).toEqual(['Unknown', 'Unknown']);
    expect(withLosses({ ...entity(), kind: 'Resource' }, of(own))?.health?.verdict).toBe('Healthy');
    const { status, ...names } = entity(item('StatefulSet'));
    const { workloads = { total: 0, desired: 0, ready: 0 } } = status;
    const many: EntityStatus = { ...status, workloads: { ...workloads, more: 3 } };
    expect(withLosses({ ...names, status: many }, of(lost('Deployment')))?.health?.verdict).toBe('Unknown');
    expect(withLosses({ ...names, status: many }, of(lost('Rollout')))?.health?.verdict).toBe('Unknown');
    for (const kind of ['Service', 'EndpointSlice', 'StorageClass', 'Namespace', 'Lease']) {
      expect(withLosses({ ...names, status: many }, of(lost(kind)))?.health?.verdict).toBe('Healthy');
    }
  });
});
