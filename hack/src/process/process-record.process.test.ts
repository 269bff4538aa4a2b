import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startProcess } from './managed-process.ts';
import { isAlive, readRecords, recordOf, stopRecorded, writeRecords, type ProcessRecord } from './process-record.ts';

const folder = mkdtempSync(join(tmpdir(), 'portolan-processes-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function startSleeper(remember?: (record: ProcessRecord) => void): ReturnType<typeof startProcess> {
  return startProcess({
    name: 'sleeper',
    command: ['sleep'],
    args: ['600'],
    logFile: join(folder, 'sleeper.log'),
    remember,
  });
}

describe('stopRecorded', () => {
  it('ends remembered processes by their file, the youngest first, and no stranger', async () => {
    const file = join(folder, 'processes.json');
    const records: ProcessRecord[] = [];
    const remember = (record: ProcessRecord): void => {
      records.push(record);
      writeRecords(file, records);
    };
    startSleeper(remember);
    startSleeper(remember);
    const stranger = spawn('sleep', ['600']);
    const pid = stranger.pid ?? 0;
    const [first, second] = records;
    expect(first !== undefined && second !== undefined).toBe(true);
    // What a reused id looks like: the same number, another start.
    writeRecords(file, [...records, { name: 'gone', pid, startedAt: 'long ago' }]);

    const stopped = await stopRecorded(readRecords(file), 2_000);
    expect(stopped).toEqual([second, first]);
    expect(records.some(isAlive)).toBe(false);
    expect(recordOf('stranger', pid)).toBeDefined();
    stranger.kill();
  });

  it('kills one that does not listen', async () => {
    const records: ProcessRecord[] = [];
    const deaf = startProcess({
      name: 'deaf',
      command: ['sh'],
      args: ['-c', 'trap "" TERM; echo deaf; while :; do sleep 600; done'],
      logFile: join(folder, 'deaf.log'),
      remember: (record) => void records.push(record),
    });
    while (!(await deaf.lastLines()).includes('deaf')) await new Promise(setImmediate);
    await stopRecorded(records, 200);
    expect(await deaf.ended).toBe('SIGKILL');
  });

  it('takes nothing from a damaged file', () => {
    const file = join(folder, 'damaged.json');
    for (const text of [
      '{',
      '7',
      '[{"pid":1,"name":"init","startedAt":"0"}]',
      '[{"pid":-1,"name":"all","startedAt":"0"}]',
    ]) {
      writeFileSync(file, text);
      expect(readRecords(file)).toEqual([]);
    }
  });
});
