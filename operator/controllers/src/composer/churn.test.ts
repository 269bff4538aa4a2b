import type { EntityStatus, HealthStatus } from '@portolan/crds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose } from '../testing/composed.ts';
import { home } from '../testing/world.ts';
import { createWorkloadFragments } from '../workloads/workload-fragment.ts';
import type { FragmentSource } from './fragment.ts';

interface Truth {
  verdict: HealthStatus['verdict'];
  reason: string;
  ready: number;
}

/** A source that tells the truth of the moment, as health does of what runs. */
function tell(truth: () => Truth): FragmentSource {
  return () => {
    const { verdict, reason, ready } = truth();
    const message = `${ready} of 9 replicas are ready`;
    return {
      fields: {
        workloads: { total: 1, desired: 9, ready },
        health: { verdict, reason, message, since: '2026-01-01T00:00:00Z' },
      },
    };
  };
}

const truth: fc.Arbitrary<Truth> = fc.record({
  verdict: fc.constantFrom('Healthy', 'Healthy', 'Healthy', 'Degraded'),
  reason: fc.constantFrom('Running', 'Running', 'Running', 'Waiting'),
  ready: fc.nat(9),
});
/** What is true in turn, and for how long: mostly less than a second. */
const course = fc.array(fc.record({ truth, forMs: fc.nat(600) }), { minLength: 1, maxLength: 40 });

function newsOf(status: EntityStatus): string {
  const conditions = status.conditions?.map(({ type, status: state }) => `${type}=${state}`).join();
  return `${status.health?.verdict} ${status.health?.reason} ${conditions}`;
}

describe('what a composer writes of an entity that changes all the time', () => {
  it('is every verdict and reason at once, details once a second at most, and in the end the truth', async () => {
    await fc.assert(
      fc.asyncProperty(course, async (steps) => {
        let now: Truth = { verdict: 'Healthy', reason: 'Running', ready: 0 };
        await using composed = compose({ sources: [tell(() => now)] });
        const { world, clock, composer, writes, put, settle } = composed;
        world.put({ kind: 'Group', name: 'team' });
        put('shop');
        await settle();
        for (const step of steps) {
          now = step.truth;
          composer.enqueue(`${home}/shop`);
          await clock.advance(step.forMs);
          const told = writes.at(-1)?.status.health;
          // A write takes 5 ms here, and another one may be on its way.
          if (step.forMs > 50) expect([told?.verdict, told?.reason]).toEqual([now.verdict, now.reason]);
        }
        await settle();
        await settle();
        expect(writes.at(-1)?.status.workloads?.ready).toBe(now.ready);
        expect(writes.at(-1)?.status.health).toMatchObject({ verdict: now.verdict, reason: now.reason });
        for (const [at, write] of writes.entries()) {
          const previous = writes[at - 1];
          if (previous === undefined || newsOf(previous.status) !== newsOf(write.status)) continue;
          expect(write.atMs - previous.atMs).toBeGreaterThanOrEqual(1_000);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is one a second while a thousand pods become ready within ten, and nothing after', async () => {
    let ready = 0;
    await using composed = compose({ sources: [tell(() => ({ verdict: 'Healthy', reason: 'Running', ready }))] });
    const { world, clock, composer, writes, put, settle } = composed;
    world.put({ kind: 'Group', name: 'team' });
    put('shop');
    await settle();
    const before = writes.length;
    for (; ready < 1_000; ready += 1) {
      composer.enqueue(`${home}/shop`);
      await clock.advance(10);
    }
    await settle();
    expect(writes.length - before).toBeLessThanOrEqual(11);
    expect(writes.at(-1)?.status.workloads?.ready).toBe(1_000);
    const converged = writes.length;
    await clock.advance(60_000);
    expect(writes.length).toBe(converged);
    expect(clock.timers).toBe(0);
  });

  it('is one verdict where only the status times a wait: what has waited long enough does not begin anew', async () => {
    const sources: FragmentSource[] = [];
    await using composed = compose({ sources: [(entity, nowMs) => sources[0]?.(entity, nowMs) ?? {}] });
    const { world, clock, writes, put, settle } = composed;
    sources.push(createWorkloadFragments(world));
    world.put({ kind: 'Group', name: 'team' });
    // No pod and no condition tells why the second replica is missing, nor since when.
    world.run({
      kind: 'StatefulSet',
      name: 'shop',
      labels: { 'app.kubernetes.io/name': 'shop' },
      spec: { replicas: 2 },
      status: { updatedReplicas: 2 },
    });
    put('shop');
    await settle();
    for (let minute = 0; minute < 30; minute += 1) await clock.advance(60_000);
    expect(writes.flatMap(({ status }) => status.health?.verdict ?? [])).toEqual(['Progressing', 'Degraded']);
  });
});
