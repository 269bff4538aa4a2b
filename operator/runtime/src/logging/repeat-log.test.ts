import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/index.ts';
import { createRepeatLog } from './repeat-log.ts';

describe('the repeat log', () => {
  it('logs a topic at once, then once a minute with what was left out', async () => {
    const clock = createFakeClock();
    const lines: Record<string, unknown>[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
    const repeatLog = createRepeatLog({ log, clock });
    for (let at = 0; at < 130; at += 1) {
      repeatLog.warn('forbidden', { at }, 'failed');
      await clock.advance(1_000);
    }
    repeatLog.error('other', {}, 'another topic');
    expect(lines.map(({ at, repeats }) => [at, repeats])).toEqual([
      [0, undefined],
      [60, 59],
      [120, 59],
      [undefined, undefined],
    ]);
    repeatLog.clear('forbidden');
    repeatLog.warn('forbidden', { at: 'first again' }, 'failed');
    expect(lines.at(-1)).toMatchObject({ at: 'first again' });
  });
});
