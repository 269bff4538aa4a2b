import { linkingEntityStatus } from '@portolan/crds/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trimPod } from '../trim.ts';
import { runDue } from './cron.ts';
import { healthKind, healthKinds, judgeRaw } from './registry.ts';
import { context, huge, object } from './testing/hostile.ts';
import { expectValid, nowMs } from './testing/rule-table.ts';

const names = [
  ...healthKinds.map(({ group, kind }) => ({ group, kind })),
  { group: 'example.dev', kind: 'Widget' },
  { group: '', kind: '' },
  { group: 'example.dev', kind: 'constructor' },
];
describe('a rule', () => {
  it.each(names)('of $kind answers whatever it is given, in bounds, in its own words', ({ group, kind }) => {
    fc.assert(
      fc.property(object, context, (raw, around) => {
        const finding = judgeRaw(raw, { group, kind }, around);
        expectValid(finding);
        const said = JSON.stringify(finding);
        expect(said).not.toMatch(/hunter2-<|[<>]|\$\(|`|native code/);
        expect(said.length).toBeLessThan(20_000);
        if (finding.nextStep?.command !== undefined) {
          expect(finding.nextStep.command).toMatch(/^kubectl [-\w ./:'"={}[\]*,]+$/);
        }
        // An answer does not depend on when it is asked for, only on the clock it is given.
        expect(judgeRaw(raw, { group, kind }, around)).toEqual(finding);
      }),
      { numRuns: 60 },
    );
  });

  it('reads the faults among 10,000 conditions, and keeps twenty', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      type: `T${index}`,
      status: 'True',
      message: huge.slice(0, 2000),
    }));
    const failed = { type: 'Failed', status: 'False', reason: 'No' };
    const raw = {
      metadata: { name: 'x' },
      status: { conditions: [...many, { type: 'Ready', status: 'False', reason: 'Broken' }, failed] },
    };
    const widget = healthKind({ group: 'example.dev', kind: 'Widget' });
    expect((widget.trim(raw) as unknown as { conditions: unknown[] }).conditions).toHaveLength(20);
    expect(judgeRaw(raw, widget, { nowMs, pods: [] })).toMatchObject({ verdict: 'Degraded', reason: 'Broken' });
  });

  it('keeps nothing of a message of 300 kB, wherever it stands', () => {
    const said = { message: huge };
    const raw = {
      metadata: { name: 'x', namespace: 'shop', annotations: { note: huge } },
      status: {
        phase: 'Pending',
        message: huge,
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', ...said }],
        containerStatuses: [
          {
            name: 'app',
            state: { waiting: { reason: 'ErrImagePull', message: huge } },
            lastState: { terminated: { exitCode: 1, ...said } },
          },
        ],
      },
    };
    expect(huge.length).toBeGreaterThan(300_000);
    expect(JSON.stringify(trimPod(raw)).length).toBeLessThan(1000);
    for (const { group, kind } of names) {
      expect(JSON.stringify(healthKind({ group, kind }).trim(raw))).not.toContain('hunter2');
    }
  });

  it('takes the pods of 5,000 replicas and shows three of them', () => {
    const pods = Array.from({ length: 5000 }, (_, index) =>
      trimPod({ metadata: { name: `x-${index}`, namespace: 'shop' }, status: { phase: 'Failed', reason: 'Evicted' } }),
    );
    const raw = {
      metadata: { name: 'x', namespace: 'shop', generation: 1 },
      spec: { replicas: 5000 },
      status: { observedGeneration: 1, replicas: 5000 },
    };
    const finding = judgeRaw(raw, { group: 'apps', kind: 'Deployment' }, { nowMs, pods });
    expect(finding.reason).toBe('Evicted');
    expect(finding.evidence).toHaveLength(4);
    expect(linkingEntityStatus.shape.health.unwrap().shape.evidence.safeParse(finding.evidence).success).toBe(true);
  });
});

describe('a schedule', () => {
  it('is read, or not, and its runs lie on the right side of the moment', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 0, max: 4e12 }),
        fc.constantFrom('UTC', 'America/New_York'),
        (schedule, fromMs, timeZone) => {
          const before = runDue(schedule, { fromMs, direction: 'before', timeZone });
          const after = runDue(schedule, { fromMs, direction: 'after', timeZone });
          expect(before ?? 0).toBeLessThanOrEqual(fromMs);
          expect(after ?? Number.POSITIVE_INFINITY).toBeGreaterThan(fromMs);
        },
      ),
    );
  });

  it('that is read has no run between the last and the next one', () => {
    const field = (max: number) => fc.oneof(fc.constant('*'), fc.integer({ min: 1, max }).map(String));
    fc.assert(
      fc.property(
        field(59),
        field(23),
        field(28),
        fc.integer({ min: 1e12, max: 2e12 }),
        (minute, hour, day, fromMs) => {
          const schedule = `${minute} ${hour} ${day} * *`;
          const after = runDue(schedule, { fromMs, direction: 'after' }) ?? Number.NaN;
          expect(runDue(schedule, { fromMs: after, direction: 'before' })).toBe(after);
          expect(runDue(schedule, { fromMs: after - 1, direction: 'before' })).toBeLessThanOrEqual(fromMs);
        },
      ),
    );
  });
});
