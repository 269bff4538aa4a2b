import { describe, expect, it } from 'vitest';
import { add, noTests, summaryLine, tallyOf, withoutEmptiness, type VitestReport } from './tally.ts';

function fileOf(status: string, ...tests: string[]): VitestReport['testResults'][number] {
  return { name: 'x.test.ts', status, assertionResults: tests.map((each) => ({ status: each })) };
}

describe('tallyOf', () => {
  it('counts passed, failed and all kinds of skipped tests', () => {
    const report = { testResults: [fileOf('failed', 'passed', 'failed', 'pending', 'todo', 'skipped')] };
    expect(tallyOf(report, 1)).toEqual({ passed: 1, failed: 1, skipped: 3 });
  });

  it('counts a file that could not be loaded as one failure', () => {
    const report = { testResults: [fileOf('passed', 'passed'), fileOf('failed')] };
    expect(tallyOf(report, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it('counts an exit code that no test explains as one failure', () => {
    expect(tallyOf({ testResults: [fileOf('passed', 'passed')] }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it('counts a missing report as one failure', () => {
    expect(tallyOf(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe('a tier', () => {
  it('fails when nothing of it ran', () => {
    expect(withoutEmptiness({ passed: 0, failed: 0, skipped: 4 })).toEqual({ passed: 0, failed: 1, skipped: 4 });
    expect(withoutEmptiness({ passed: 1, failed: 0, skipped: 0 })).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });
});

describe('summaryLine', () => {
  it('names skipped tests only when there are any', () => {
    expect(summaryLine(add(noTests, { passed: 12, failed: 0, skipped: 0 }))).toBe('12 passed, 0 failed');
    expect(summaryLine({ passed: 1, failed: 2, skipped: 3 })).toBe('1 passed, 2 failed, 3 skipped');
  });
});
