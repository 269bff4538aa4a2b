import type { EntityStatus } from '@portolan/crds';
import { lowPriority } from '@portolan/runtime';
import { createFakeClock } from '@portolan/runtime/testing';
import { describe, expect, it } from 'vitest';
import { createWorld, home } from '../testing/world.ts';
import { rewriteAfterMs } from './lost-fragments.ts';
import { createLostSweep } from './lost-sweep.ts';
import type { LostSource } from './loss.ts';
import type { SourceReport } from './source-report.ts';

const affected = 200;

function statusOf(kind: string): EntityStatus {
  const known = { verdict: 'Healthy', reason: 'Ready', message: '', since: '2026-01-01T00:00:00Z' } as const;
  const item = { kind, namespace: home, name: 'x', link: 'Name', desired: 1, ready: 1, ...known } as const;
  return { conditions: [], health: known, workloads: { total: 1, desired: 1, ready: 1, items: [item] } };
}

/** A sweep over 200 components with a Deployment each, 50 with a StatefulSet, and 50 with nothing. */
function start() {
  const clock = createFakeClock();
  const world = createWorld();
  for (let at = 0; at < affected; at += 1) {
    world.put({ kind: 'Component', name: `deployed-${at}`, status: statusOf('Deployment') });
  }
  for (let at = 0; at < 50; at += 1) {
    world.put({ kind: 'Component', name: `stateful-${at}`, status: statusOf('StatefulSet') });
    world.put({ kind: 'Component', name: `library-${at}` });
  }
  const deployments: LostSource = {
    resource: 'deployments.apps',
    kind: 'Deployment',
    reason: 'Stale',
    message: '',
    sinceMs: clock.now(),
  };
  let sources: readonly LostSource[] = [];
  let tell: Parameters<SourceReport['onChange']>[0] = () => undefined;
  const enqueued: { key: string; priority: number; atMs: number }[] = [];
  const sweep = createLostSweep({
    report: {
      losses: () => ({ everything: undefined, sources }),
      onChange: (listener) => {
        tell = listener;
      },
    },
    entities: world.entities,
    enqueue: ({ key }, { priority }) => void enqueued.push({ key, priority, atMs: clock.monotonic() }),
    clock,
  });
  const stop = new AbortController();
  const running = sweep.run(stop.signal);
  return {
    clock,
    enqueued,
    lose: () => {
      sources = [deployments];
      tell({ lost: sources, back: [] });
    },
    regain: () => {
      sources = [];
      tell({ lost: [], back: [deployments] });
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

describe('the sweep over what a lost source concerns', () => {
  it('asks for nothing within five minutes, and then slowly, once, for what is concerned', async () => {
    await using sweep = start();
    sweep.lose();
    await sweep.clock.advance(rewriteAfterMs - 1);
    expect(sweep.enqueued).toEqual([]);
    await sweep.clock.advance(600_000);
    expect(new Set(sweep.enqueued.map(({ key }) => key)).size).toBe(affected);
    expect(sweep.enqueued).toHaveLength(affected);
    expect(sweep.enqueued.every(({ key }) => key.startsWith(`${home}/deployed-`))).toBe(true);
    expect(sweep.enqueued.every(({ priority }) => priority === lowPriority)).toBe(true);
    for (const { atMs } of sweep.enqueued) {
      const withinASecond = sweep.enqueued.filter((each) => each.atMs >= atMs && each.atMs < atMs + 1_000);
      expect(withinASecond.length).toBeLessThanOrEqual(50);
    }
  });

  it('asks for all that is concerned when the source is back, and again when it is lost anew', async () => {
    await using sweep = start();
    sweep.lose();
    await sweep.clock.advance(10_000);
    sweep.regain();
    await sweep.clock.advance(1);
    expect(sweep.enqueued).toHaveLength(affected);
    sweep.lose();
    await sweep.clock.advance(rewriteAfterMs + 60_000);
    expect(sweep.enqueued).toHaveLength(2 * affected);
  });
});
