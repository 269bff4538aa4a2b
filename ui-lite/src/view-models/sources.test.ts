import { describe, expect, it } from 'vitest';
import { sourceNotices } from './sources.ts';

const nowMs = Date.parse('2026-11-24T10:00:00Z');
const at = (seconds: number) => new Date(nowMs - seconds * 1_000).toISOString();
const fine = { resource: 'pods', connected: true, synced: true, since: at(5_000) };

describe('a lost source', () => {
  it('is named in a notice with the time of the first loss', () => {
    const states = [
      { ...fine, connected: false, since: at(180) },
      { ...fine, resource: 'components.portolan.dev', connected: false, since: at(60) },
    ];
    expect(sourceNotices(states, nowMs)).toMatchObject([
      { tone: 'warning', title: 'The cluster cannot be reached', since: { words: '3 min ago' } },
    ]);
    expect(sourceNotices(states, nowMs)[0]?.detail).toContain('components.portolan.dev, pods:');
  });
});

describe('an operator that is silent', () => {
  it('has a notice of its own: the cluster may well be there', () => {
    const operator = { resource: 'the operator', connected: false, synced: true, reason: 'Silent', since: at(20) };
    expect(sourceNotices([fine, operator], nowMs)).toMatchObject([
      { title: 'Nobody looks at what runs', detail: 'the operator: health reads Unknown until it is back.' },
    ]);
  });
});

describe('a refused source', () => {
  it.each(['Forbidden', 'NotInstalled'])('%s is named', (reason) => {
    const states = [fine, { ...fine, resource: 'cronjobs', connected: false, synced: false, reason }];
    expect(sourceNotices(states, nowMs)).toHaveLength(1);
  });
});

describe('connected sources', () => {
  it('give no notice once they have synced', () => {
    expect(sourceNotices([fine], nowMs)).toEqual([]);
    expect(sourceNotices([{ ...fine, synced: false }], nowMs)).toMatchObject([{ tone: 'info' }]);
  });
});
