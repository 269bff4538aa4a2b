import type { ResourceType, SourceStatus } from '@portolan/runtime';
import { describe, expect, it } from 'vitest';
import { settle, settleMs, sourcesOf, type SettledSources } from './settled-sources.ts';

const pods: ResourceType = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true };
const startMs = Date.UTC(2026, 0, 1);
const at = (ms: number): string => new Date(startMs + ms).toISOString();

const connected: SourceStatus = { resource: 'pods', synced: true, connected: true, since: at(0) };
const away = (sinceMs: number, fields: Partial<SourceStatus> = {}): SourceStatus => ({
  ...connected,
  connected: false,
  reason: 'Unreachable',
  since: at(sinceMs),
  ...fields,
});

/** The source as it is told after each look of a course. */
function tell(course: readonly [afterMs: number, status: SourceStatus][]): string[] {
  let before: SettledSources = new Map();
  return course.map(([afterMs, status]) => {
    before = settle({ before, watched: [{ resource: pods, status: () => [status] }], nowMs: startMs + afterMs });
    const [source] = sourcesOf(before);
    return source === undefined
      ? ''
      : `${source.connected ? 'connected' : (source.reason ?? 'unread')} ${source.since}`;
  });
}

const since = (ms: number): string => at(ms).replace('.000Z', 'Z');

describe('a settled source', () => {
  it('that is back within five seconds has never been away', () => {
    const course = tell([
      [0, connected],
      [2_000, away(1_000)],
      [1_000 + settleMs - 1, away(1_000)],
      [6_000, { ...connected, since: at(6_000) }],
    ]);
    expect(new Set(course)).toEqual(new Set([`connected ${since(0)}`]));
  });

  it('that stays away is told with the time at which it left, whatever the errors are meanwhile', () => {
    const course = tell([
      [0, connected],
      [2_000, away(1_000)],
      [5_000, away(4_000, { reason: 'Failed' })],
      [6_000, away(4_000, { reason: 'Failed' })],
      [9_000, away(8_000, { reason: 'Unreachable' })],
      [12_000, away(11_000, { reason: 'Forbidden' })],
    ]);
    const left = since(1_000);
    expect(course.slice(2)).toEqual([`connected ${since(0)}`, `Failed ${left}`, `Failed ${left}`, `Forbidden ${left}`]);
  });

  it('that was never read is told at once, and as any other from its first reading on', () => {
    const unread = { ...connected, synced: false, connected: false };
    const course = tell([
      [0, unread],
      [20_000, { ...unread, reason: 'Forbidden', since: at(19_000) }],
      [30_000, away(29_000)],
      [40_000, away(29_000)],
    ]);
    expect(course).toEqual([
      `unread ${since(0)}`,
      `Forbidden ${since(0)}`,
      `connected ${since(29_000)}`,
      `Unreachable ${since(29_000)}`,
    ]);
  });
});
