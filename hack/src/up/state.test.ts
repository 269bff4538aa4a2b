import { describe, expect, it } from 'vitest';
import { parseUpArgs } from './args.ts';
import { disagreement, type Claim } from './state.ts';

const claim: Claim = {
  process: { name: 'up', pid: 2, startedAt: '1' },
  port: 7007,
  samples: true,
  context: null,
  kubeconfig: null,
};

describe('disagreement', () => {
  it.each([
    [[], undefined],
    [['--detach'], undefined],
    [['--port', '7007', '--samples'], undefined],
    [['--port', '7008'], '--port 7007'],
    [['--no-samples'], '--samples'],
    [['--context', 'dev'], 'a cluster of its own'],
    [['--kubeconfig', '/k'], 'a cluster of its own'],
  ])('of %j with what runs is %j', (args, expected) => {
    expect(disagreement(claim, parseUpArgs(args, '/'))).toBe(expected);
  });

  it('names the other context', () => {
    expect(disagreement({ ...claim, context: 'prod' }, parseUpArgs(['--context', 'dev'], '/'))).toBe('--context prod');
  });
});
