import { pino } from 'pino';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/index.ts';
import { createLifecycle, type Component } from './lifecycle.ts';

const log = pino({ level: 'silent' });

/** A component that writes down when it starts, is told to stop and ends. */
function recorded(name: string, events: string[]): Component {
  return {
    name,
    start: async (signal) => {
      events.push(`start ${name}`);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      events.push(`stop ${name}`);
      await nextTurn();
      events.push(`end ${name}`);
    },
  };
}

describe('a lifecycle', () => {
  it('starts in order and stops in reverse, each after the one before has ended', async () => {
    const events: string[] = [];
    const lifecycle = createLifecycle({ clock: createFakeClock(), log });
    for (const name of ['probes', 'server', 'watches']) lifecycle.add(recorded(name, events));
    const stop = new AbortController();
    const running = lifecycle.run(stop.signal);
    await nextTurn();
    expect(events).toEqual(['start probes', 'start server', 'start watches']);
    stop.abort();
    await running;
    expect(events.slice(3)).toEqual([
      'stop watches',
      'end watches',
      'stop server',
      'end server',
      'stop probes',
      'end probes',
    ]);
  });

  it('stops everything and rejects when a component fails, now or later', async () => {
    for (const failsAtOnce of [true, false]) {
      const events: string[] = [];
      const lifecycle = createLifecycle({ clock: createFakeClock(), log });
      lifecycle.add(recorded('probes', events));
      lifecycle.add({
        name: 'broken',
        start: async () => {
          if (!failsAtOnce) await nextTurn();
          throw new Error('port in use');
        },
      });
      await expect(lifecycle.run(new AbortController().signal)).rejects.toThrow('port in use');
      expect(events).toEqual(['start probes', 'stop probes', 'end probes']);
    }
  });

  it('goes on when a component ends by itself', async () => {
    const events: string[] = [];
    const lifecycle = createLifecycle({ clock: createFakeClock(), log });
    lifecycle.add({ name: 'migration', start: () => Promise.resolve() });
    lifecycle.add(recorded('server', events));
    const stop = new AbortController();
    const running = lifecycle.run(stop.signal);
    await nextTurn();
    expect(events).toEqual(['start server']);
    stop.abort();
    await running;
    expect(events).toContain('end server');
  });

  it('gives up on what does not stop in time, having told everything to stop', async () => {
    const events: string[] = [];
    const clock = createFakeClock();
    const lifecycle = createLifecycle({ clock, log, drainMs: 5_000 });
    lifecycle.add(recorded('probes', events));
    lifecycle.add({ name: 'stuck', start: () => new Promise(() => undefined) });
    const stop = new AbortController();
    const running = expect(lifecycle.run(stop.signal)).rejects.toMatchObject({
      code: 'RUNTIME_DRAIN_TIMEOUT',
      message: expect.stringContaining('stuck') as string,
    });
    stop.abort();
    await clock.advance(4_999);
    expect(events).not.toContain('stop probes');
    await clock.advance(1);
    await running;
    expect(events).toContain('stop probes');
  });

  it('runs once and takes nothing after it has', async () => {
    const lifecycle = createLifecycle({ clock: createFakeClock(), log });
    await lifecycle.run(AbortSignal.abort());
    await expect(lifecycle.run(AbortSignal.abort())).rejects.toMatchObject({ code: 'RUNTIME_ALREADY_RUNNING' });
    expect(() => lifecycle.add({ name: 'late', start: () => Promise.resolve() })).toThrow('late');
  });
});
