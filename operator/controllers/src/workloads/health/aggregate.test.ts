import type { Verdict } from '@portolan/crds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregate, aggregateHealth } from './aggregate.ts';
import { findingOf, type Finding } from './finding.ts';

const finding = (kind: string, verdict: Verdict, reason: string = verdict): Finding =>
  findingOf({ kind, metadata: { name: kind.toLowerCase(), namespace: 'shop' } }, { verdict, reason, message: '.' });
const web = (verdict: Verdict) => finding('Deployment', verdict);

describe('aggregate', () => {
  it.each([
    [['Healthy', 'Degraded', 'Unknown'], 'Degraded'],
    [['Healthy', 'Progressing', 'Unknown'], 'Unknown'],
    [['Healthy', 'Suspended'], 'Healthy'],
    [['Suspended', 'Suspended'], 'Suspended'],
    [['Progressing', 'Suspended'], 'Progressing'],
    [[], undefined],
  ] as const)('%j is %s', (verdicts, expected) => {
    expect(aggregate(verdicts.map((verdict) => ({ verdict })))?.verdict).toBe(expected);
  });
});

describe('primaries and what supports them', () => {
  const cases: readonly [primary: Verdict, supporting: Verdict, is: string][] = [
    ['Healthy', 'Healthy', 'Healthy Healthy'],
    ['Healthy', 'Degraded', 'Degraded Partial'],
    ['Healthy', 'Unknown', 'Healthy Healthy'],
    ['Healthy', 'Progressing', 'Progressing Progressing'],
    ['Healthy', 'Suspended', 'Healthy Healthy'],
    ['Degraded', 'Degraded', 'Degraded Degraded'],
    ['Unknown', 'Progressing', 'Unknown Unknown'],
    ['Unknown', 'Degraded', 'Degraded Partial'],
    ['Suspended', 'Progressing', 'Suspended Suspended'],
    ['Suspended', 'Degraded', 'Degraded Partial'],
    ['Progressing', 'Unknown', 'Progressing Progressing'],
  ];
  it.each(cases)('%s with a supporting %s is %s', (primary, supporting, is) => {
    const together = aggregateHealth({ primaries: [web(primary)], supporting: [finding('Service', supporting)] });
    expect(`${together?.worst.verdict} ${together?.worst.reason}`).toBe(is);
  });

  it('keep the next step of the supporting object that failed', () => {
    const supporting = [finding('Service', 'Degraded', 'NoReadyEndpoints')];
    const worst = aggregateHealth({ primaries: [web('Healthy')], supporting })?.worst;
    expect(worst?.nextStep?.command).toMatch(/endpointslices/);
  });

  it('say nothing when nothing runs', () => {
    expect(aggregateHealth({ primaries: [], supporting: [finding('Service', 'Degraded')] })).toBeUndefined();
  });

  it('never hide an Unknown: it is the verdict or a gap', () => {
    const verdicts = fc.constantFrom<Verdict>('Healthy', 'Degraded', 'Unknown', 'Progressing', 'Suspended');
    fc.assert(
      fc.property(fc.array(verdicts, { minLength: 1 }), fc.array(verdicts), (primary, supporting) => {
        const options = { primaries: primary.map(web), supporting: supporting.map((each) => finding('Service', each)) };
        const { worst, gaps } = aggregateHealth(options) ?? { worst: web('Healthy'), gaps: [] };
        const unknown = [...primary, ...supporting].filter((each) => each === 'Unknown').length;
        expect(gaps.length + (worst.verdict === 'Unknown' ? 1 : 0)).toBe(unknown);
        if (worst.verdict === 'Healthy') expect(primary.every((each) => each !== 'Unknown')).toBe(true);
      }),
    );
  });
});
