import { describe, expect, it } from 'vitest';
import { runDue } from './cron.ts';

describe('a schedule', () => {
  const before = (schedule: string, timeZone?: string, from = '2026-11-23T10:00:00Z') => {
    const options = {
      fromMs: Date.parse(from),
      direction: 'before' as const,
      ...(timeZone !== undefined && { timeZone }),
    };
    const due = runDue(schedule, options);
    return due === undefined ? undefined : new Date(due).toISOString().slice(0, 16);
  };
  it.each([
    ['* * * * *', '2026-11-23T10:00'],
    ['*/7 * * * *', '2026-11-23T10:00'],
    ['5-20/5,40 8 * * *', '2026-11-23T08:40'],
    ['0 12 * * *', '2026-11-22T12:00'],
    ['0 0 * * mon-fri', '2026-11-23T00:00'],
    ['0 0 * * 7', '2026-11-22T00:00'],
    ['0 0 31 * *', '2026-10-31T00:00'],
    ['0 0 29 feb *', '2024-02-29T00:00'],
    ['0 0 1 * fri', '2026-11-20T00:00'],
    ['@weekly', '2026-11-22T00:00'],
    ['30/10 9 * * *', '2026-11-23T09:50'],
    ['0 0 31 2 *', undefined],
    ['60 * * * *', undefined],
    ['* * * *', undefined],
    ['*/0 * * * *', undefined],
    ['@every 1h', undefined],
    ['', undefined],
  ])('%s was due last at %s', (schedule, expected) => {
    expect(before(schedule)).toBe(expected);
  });

  it('moves with summer time', () => {
    expect(before('0 9 * * *', 'Europe/Berlin')).toBe('2026-11-23T08:00');
    expect(before('0 9 * * *', 'Europe/Berlin', '2026-07-01T10:00:00Z')).toBe('2026-07-01T07:00');
    // 02:30 does not exist on the day that the clocks go forward.
    expect(before('30 2 * * *', 'Europe/Berlin', '2026-03-29T10:00:00Z')).toBe('2026-03-28T01:30');
    expect(before('0 0 * * *', 'Pacific/Kiritimati')).toBe('2026-11-23T10:00');
  });
});
