import { describe, expect, it } from 'vitest';
import { lossStates } from './loss-states.ts';
import { operatorIsSilent } from './losses.ts';

const pods = { resource: 'pods', kind: 'Pod', reason: 'Stale', message: '', sinceMs: 0 } as const;
const absent = { ...pods, resource: 'httproutes', isAbsent: true } as const;

describe('what the banner names', () => {
  it('is every lost source, but for what nobody installed', () => {
    expect(lossStates({ everything: undefined, sources: [pods, absent] })).toEqual([
      { resource: 'pods', connected: false, synced: true, reason: 'Stale', since: '1970-01-01T00:00:00Z' },
    ]);
  });

  it('is the operator when it is silent, and not once more what the own watches of a server tell', () => {
    const loss = { reason: 'Stale', message: operatorIsSilent, sinceMs: 0 } as const;
    expect(lossStates({ everything: loss, sources: [] })).toMatchObject([
      { resource: 'the operator', reason: 'Silent' },
    ]);
    expect(lossStates({ everything: { ...loss, message: 'cut off' }, sources: [] })).toEqual([]);
  });
});
