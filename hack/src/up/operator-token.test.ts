import { delimiter, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { operatorEnvironment } from './operator.ts';
import { renewalDelayMs } from './operator-token.ts';

describe('the operator', () => {
  it('gets a new token after two thirds of the old one’s life', () => {
    expect(renewalDelayMs(1_000, 1_000 + 3_600_000)).toBe(2_400_000);
    expect(renewalDelayMs(1_000, 1_000 + 600_000)).toBe(400_000);
  });

  it('gets one soon, but not at once, when the old one has expired', () => {
    expect(renewalDelayMs(10_000, 0)).toBe(1_000);
  });

  it('is started without the variables of the scripts, and with the Node that runs here first on its path', () => {
    const env = { PATH: '/bin', PORTOLAN_LOG_LEVEL: 'debug', PORTOLAN_CACHE: '/cache' };
    const PATH = `${dirname(process.execPath)}${delimiter}/bin`;
    expect(operatorEnvironment(env)).toEqual({ PATH, PORTOLAN_LOG_LEVEL: 'debug' });
  });
});
