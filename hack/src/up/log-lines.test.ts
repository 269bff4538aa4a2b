import { describe, expect, it } from 'vitest';
import { clockTime, readableLine } from './log-lines.ts';

describe('readableLine', () => {
  const at = new Date(2026, 2, 4, 5, 6, 7);

  it('turns a line of pino into one for people', () => {
    const entry = {
      level: 40,
      time: at.getTime(),
      pid: 7,
      hostname: 'h',
      role: 'all',
      msg: 'list failed',
      resource: 'pods',
      n: 3,
    };
    expect(readableLine(JSON.stringify(entry))).toBe('05:06:07 warn  list failed resource=pods n=3');
  });

  it('shows the message of an error and shortens long values', () => {
    const entry = { level: 50, time: at.getTime(), msg: 'failed', err: { type: 'Error', message: 'boom', stack: 's' } };
    expect(readableLine(JSON.stringify(entry))).toBe('05:06:07 error failed err=boom');
    expect(readableLine(JSON.stringify({ level: 30, msg: 'm', long: 'x'.repeat(1000) })).length).toBeLessThan(200);
  });

  it('leaves any other text as it is', () => {
    for (const line of ['Error: nope', '', '    at main.ts:1', '42', 'null', '{"half":']) {
      expect(readableLine(line)).toBe(line);
    }
  });

  it('writes the local time of day', () => {
    expect(clockTime(at)).toBe('05:06:07');
  });
});
