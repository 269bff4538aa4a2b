import { maxSources, type ClusterSource } from '@portolan/crds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lostSources } from './loss.ts';
import { faultsOf } from './overlay.ts';
import { clusterStatusOf, foldSources } from './reported-sources.ts';

const since = '2026-01-01T00:00:00Z';

function source(fields: Partial<ClusterSource> = {}): ClusterSource {
  return { resource: 'pods', kind: 'Pod', synced: true, connected: true, since, ...fields };
}

const metadata = { name: 'local', namespace: 'portolan-system', uid: 'u', resourceVersion: '1', generation: 1 };
const anySource = fc
  .record({
    at: fc.nat(30),
    namespace: fc.option(
      fc.nat(30).map((each) => `ns-${each}`),
      { nil: undefined },
    ),
    state: fc.constantFrom('fine', 'fine', 'fine', 'lost', 'refused', 'unread'),
  })
  .map(({ at, namespace, state }) =>
    source({
      resource: `widgets-${at}.example.com`,
      kind: `Widget${at}`,
      ...(namespace !== undefined && { namespace }),
      ...(state !== 'fine' && { connected: false }),
      ...(state === 'unread' && { synced: false }),
      ...(state === 'lost' && { reason: 'Unreachable' }),
      ...(state === 'refused' && { reason: 'Forbidden' }),
    }),
  );
const anySources = fc.uniqueArray(anySource, {
  maxLength: 400,
  selector: ({ resource, namespace = '' }) => `${resource} ${namespace}`,
});

describe('the reported sources', () => {
  it('are at most 200, and none that is lost is missing', () => {
    fc.assert(
      fc.property(anySources, (sources) => {
        const folded = foldSources(sources);
        expect(folded.length).toBeLessThanOrEqual(maxSources);
        const lost = lostSources(folded);
        for (const { resource, namespace } of lostSources(sources)) {
          const isTold = lost.some(
            (each) => each.resource === resource && (each.namespace === undefined || each.namespace === namespace),
          );
          expect(isTold).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are one where all namespaces do alike', () => {
    const two = [source({ namespace: 'a' }), source({ namespace: 'b' })];
    expect(foldSources(two)).toEqual([source()]);
    const away = source({ namespace: 'b', connected: false, reason: 'Forbidden' });
    expect(foldSources([source({ namespace: 'a' }), away])).toEqual([source({ namespace: 'a' }), away]);
  });

  it('compose to themselves, so that nothing is written while nothing changes', () => {
    fc.assert(
      fc.property(anySources, (sources) => {
        const status = clusterStatusOf({ stored: { metadata }, sources, now: since });
        const later = sources.map((each) => ({ ...each, since: '2026-02-01T00:00:00Z' }));
        const again = clusterStatusOf({ stored: { metadata, status }, sources: later, now: '2026-02-01T00:00:00Z' });
        expect(again).toEqual(status);
      }),
      { numRuns: 50 },
    );
  });

  it('that were never installed are no fault, and lost only for what still names them', () => {
    const [lost] = lostSources([source({ synced: false, connected: false, reason: 'NotInstalled' })]);
    expect(lost).toMatchObject({ reason: 'Stale', message: 'pods is not installed.', isAbsent: true });
    const losses = {
      everything: undefined,
      sources: lostSources([source({ connected: false, reason: 'NotInstalled' })]),
    };
    expect(faultsOf(losses)).toEqual(losses);
    expect(faultsOf({ ...losses, sources: lost === undefined ? [] : [lost] }).sources).toEqual([]);
  });

  it('say in a condition whether all are current; a kind that nobody installed is no fault', () => {
    const absent = source({ resource: 'httproutes.gateway.networking.k8s.io', synced: false, connected: false });
    const conditionOf = (sources: ClusterSource[]) =>
      clusterStatusOf({ stored: { metadata }, sources, now: since }).conditions?.[0];
    expect(conditionOf([source(), { ...absent, reason: 'NotInstalled' }])).toMatchObject({
      type: 'SourcesSynced',
      status: 'True',
      reason: 'AllSynced',
      message: 'All 1 sources are current. Not installed: httproutes.gateway.networking.k8s.io.',
    });
    expect(
      conditionOf([source(), source({ resource: 'jobs.batch', connected: false, reason: 'Forbidden' })]),
    ).toMatchObject({ status: 'False', reason: 'Forbidden', message: '1 of 2 sources are not current: jobs.batch.' });
    expect(conditionOf([absent])).toMatchObject({ status: 'False', reason: 'NotSynced' });
  });
});
