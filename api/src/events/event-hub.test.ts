import { Writable } from 'node:stream';
import type { Catalog } from '@portolan/catalog';
import { createFakeClock, type FakeClock } from '@portolan/runtime/testing';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { crowd, seededCatalog, toResource } from '../testing/seed.ts';
import { createEventHub, type EventHub, type EventHubOptions } from './event-hub.ts';
import type { Interest } from './interest.ts';

/** A reader that takes what is written when it is told to; at first it always is. */
function createReader({ highWaterMark = 16_384 }: { highWaterMark?: number } = {}) {
  let text = '';
  let isTaking = true;
  let taken: (() => void) | undefined;
  const sink = new Writable({
    highWaterMark,
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      if (isTaking) done();
      else taken = done;
    },
  });
  return {
    sink,
    pause: () => {
      isTaking = false;
    },
    resume: () => {
      isTaking = true;
      taken?.();
    },
    get text() {
      return text;
    },
    get events() {
      return [...text.matchAll(/^event: (\w+)$/gm)].map((match) => match[1]);
    },
    get lastId() {
      return [...text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1];
    },
  };
}

interface Rig {
  clock: FakeClock;
  catalog: Catalog;
  hub: EventHub;
  open: (options?: {
    interest?: Partial<Interest>;
    after?: string;
    caller?: string;
    /** The ref of what the caller may not see. */
    hidden?: string;
    highWaterMark?: number;
  }) => ReturnType<typeof createReader>;
}

function rig(options: Partial<EventHubOptions> = {}): Rig {
  const clock = createFakeClock();
  const catalog = seededCatalog();
  const hub = createEventHub({ catalog, clock, ...options });
  return {
    clock,
    catalog,
    hub,
    open: ({ interest = {}, after, caller = 'me', hidden, highWaterMark } = {}) => {
      const reader = createReader({ ...(highWaterMark !== undefined && { highWaterMark }) });
      const whole = { refs: [], filter: undefined, ...interest };
      const visibility = { has: (id: number) => catalog.refOf(id) !== hidden };
      const visible = () => (hidden === undefined ? undefined : visibility);
      hub.open({ caller, interest: whole, visible, after }, reader.sink);
      return reader;
    },
  };
}

let index = 400;

/** Something new in the catalog. */
function appear(catalog: Catalog, name = `new-${index}`, type = 'service'): void {
  const resource = toResource({ kind: 'Component', name, spec: { type, lifecycle: 'x', owner: 'nobody' } }, index++);
  catalog.apply([{ type: 'upsert', resource }]);
}

describe('a stream', () => {
  test('begins with the time to come again in and an id', async () => {
    const { open, clock } = rig();
    const reader = open();
    await clock.advance(0);
    expect(reader.text).toMatch(/^retry: 2000\n\nid: [\w-]{48}\nevent: ready\ndata: {}\n\n$/);
  });

  test('tells a first change at once and what follows once a second', async () => {
    const { open, clock, catalog } = rig();
    const reader = open();
    await clock.advance(1_000);
    for (const name of ['one', 'two', 'three']) {
      appear(catalog, name);
      await clock.advance(100);
    }
    expect(reader.events).toEqual(['ready', 'changed']);
    expect(reader.text).toContain('data: {"refs":["component:default/one"],"more":0}');
    await clock.advance(1_000);
    expect(reader.events).toEqual(['ready', 'changed', 'changed']);
    expect(reader.text).toContain('"refs":["component:default/two","component:default/three"]');
  });

  test('tells of something elsewhere four times a minute at most, and of nothing when nothing changes', async () => {
    const { open, clock, catalog } = rig();
    const reader = open({ interest: { refs: ['user:default/ada'] } });
    await clock.advance(1_000);
    for (let second = 0; second < 60; second++) {
      appear(catalog);
      await clock.advance(1_000);
    }
    expect(reader.events).toEqual(['ready', 'elsewhere', 'elsewhere', 'elsewhere', 'elsewhere']);
    await clock.advance(600_000);
    // The last second's change is told, too.
    expect(reader.events).toHaveLength(6);
  });

  test('is kept open by comments', async () => {
    const { open, clock } = rig();
    const reader = open();
    await clock.advance(65_000);
    expect(reader.text.match(/^:$/gm)).toHaveLength(3);
  });
});

describe('who comes again', () => {
  test('is not told that something changed which it may not see', async () => {
    const { open, hub, clock, catalog } = rig();
    const mark = hub.mark('me');
    appear(catalog, 'secret');
    const reader = open({ after: mark, hidden: 'component:default/secret' });
    const seeing = open({ after: mark, interest: { refs: ['user:default/ada'] } });
    await clock.advance(0);
    expect(reader.events).toEqual(['ready']);
    expect(seeing.events).toEqual(['reset']);
  });

  test('with an id, hears what it has missed', async () => {
    const { open, clock, catalog } = rig();
    const before = open();
    await clock.advance(0);
    before.sink.destroy();
    appear(catalog, 'missed');
    const again = open({ after: before.lastId ?? '' });
    await clock.advance(0);
    expect(again.text).toContain('event: changed\ndata: {"refs":["component:default/missed"],"more":0}');
  });

  test('with an id after which nothing happened, hears that it is ready', async () => {
    const { open, clock, hub } = rig();
    const reader = open({ after: hub.mark('me') });
    await clock.advance(0);
    expect(reader.events).toEqual(['ready']);
  });

  test.each([
    ['text that is no id', () => 'aGVsbG8'],
    ['an id of another process', () => rig().hub.mark('me')],
    ["another caller's id", ({ hub }: Rig) => hub.mark('you')],
  ])('with %s, hears reset', async (_what, idOf) => {
    const world = rig();
    const reader = world.open({ after: idOf(world) });
    await world.clock.advance(0);
    expect(reader.events).toEqual(['reset']);
    expect(reader.lastId).toMatch(/^[\w-]{48}$/);
  });

  test('with an id of before more changes than are remembered, hears reset', async () => {
    const { open, clock, catalog, hub } = rig();
    const mark = hub.mark('me');
    catalog.apply(crowd(5_000).map((resource) => ({ type: 'upsert', resource })));
    const reader = open({ after: mark });
    await clock.advance(0);
    expect(reader.events).toEqual(['reset']);
  });

  test('hears reset when something left the picture meanwhile', async () => {
    const { open, clock, catalog, hub } = rig();
    appear(catalog, 'short', 'service');
    const mark = hub.mark('me');
    catalog.apply([
      { type: 'delete', uid: toResource({ kind: 'Component', name: 'x', spec: {} }, index - 1).metadata.uid },
    ]);
    const reader = open({ after: mark, interest: { filter: { key: 'spec.type', values: ['service'] } } });
    await clock.advance(0);
    expect(reader.events).toEqual(['reset']);
  });
});

describe('a slow reader', () => {
  test('costs nothing while it takes nothing, and hears reset when it has fallen too far behind', async () => {
    const { open, clock, catalog } = rig();
    const reader = open({ highWaterMark: 64 });
    await clock.advance(0);
    reader.pause();
    for (let batch = 0; batch < 10; batch++) {
      const many = crowd(1_000).map((resource) => {
        const metadata = { ...resource.metadata, resourceVersion: `${batch}${resource.metadata.resourceVersion}` };
        return { type: 'upsert' as const, resource: { ...resource, metadata, spec: { type: `t${batch}` } } };
      });
      catalog.apply(many as Parameters<Catalog['apply']>[0]);
      await clock.advance(2_000);
    }
    // One event is on its way, the rest is not even written.
    expect(reader.sink.writableLength).toBeLessThan(4_096);
    expect(reader.events).toEqual(['ready', 'changed']);
    reader.resume();
    await clock.advance(2_000);
    expect(reader.events).toEqual(['ready', 'changed', 'reset']);
  });

  test('is let go when it takes nothing for a minute', async () => {
    const { open, clock, catalog, hub } = rig();
    const reader = open({ highWaterMark: 1 });
    await clock.advance(0);
    reader.pause();
    appear(catalog);
    await clock.advance(59_000);
    expect(hub.size).toBe(1);
    await clock.advance(62_000);
    expect(hub.size).toBe(0);
    expect(reader.sink.destroyed).toBe(true);
  });
});

describe('the hub', () => {
  test('opens as many streams as it may, and more when some have gone', async () => {
    const { open, hub, clock } = rig({ maxStreams: 2 });
    const readers = [open(), open()];
    expect(hub.hasRoom).toBe(false);
    expect(open().sink.writableEnded).toBe(true);
    readers[0]?.sink.destroy();
    await clock.advance(0);
    expect(hub.hasRoom).toBe(true);
  });

  test('tells a thousand streams in turns of the event loop', async () => {
    const { open, clock, catalog } = rig();
    const readers = Array.from({ length: 1_000 }, () => open({ interest: { refs: ['user:default/ada'] } }));
    await clock.advance(2_000);
    expect(readers.every((reader) => reader.events.length === 1)).toBe(true);
    appear(catalog);
    await clock.advance(20_000);
    expect(readers.every((reader) => reader.events.join() === 'ready,elsewhere')).toBe(true);
  });

  test('ends all streams when it is closed, opens no more, and leaves no timer', async () => {
    const { open, hub, clock, catalog } = rig();
    const reader = open();
    await clock.advance(0);
    hub.close();
    expect(reader.sink.writableEnded).toBe(true);
    expect([hub.size, hub.hasRoom, clock.timers]).toEqual([0, false, 0]);
    appear(catalog);
    await clock.advance(5_000);
    expect(reader.events).toEqual(['ready']);
  });

  test('does not wait for a reader that takes nothing when it is closed', async () => {
    const { open, hub, clock, catalog } = rig();
    const reader = open({ highWaterMark: 32 });
    await clock.advance(0);
    reader.pause();
    appear(catalog);
    await clock.advance(5_000);
    hub.close();
    expect(reader.sink.destroyed).toBe(true);
    expect([hub.size, clock.timers]).toEqual([0, 0]);
  });

  test('counts its streams and what they were told', async () => {
    const metrics = new Registry();
    const { open, clock } = rig({ metrics });
    open();
    await clock.advance(0);
    const text = await metrics.metrics();
    expect(text).toContain('portolan_event_streams 1');
    expect(text).toContain('portolan_events_sent_total{event="ready"} 1');
  });
});
