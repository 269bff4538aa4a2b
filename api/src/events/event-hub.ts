/**
 * Tells pages and other clients that something changed, as server-sent events: hints, never content. Who hears one
 * reads again by the route that it read before, which decides what may be seen.
 */
import type { Writable } from 'node:stream';
import type { Catalog } from '@portolan/catalog';
import { systemClock, type Clock } from '@portolan/runtime';
import { Counter, Gauge, type Registry } from 'prom-client';
import { createChangeLog } from './change-log.ts';
import { createEventIds } from './event-id.ts';
import { createEventStream, defaultEventTiming, type EventStream, type EventTiming } from './event-stream.ts';
import { createLook, type Listener } from './look.ts';

export interface EventHubOptions {
  catalog: Catalog;
  /** Default: the machine's. */
  clock?: Clock;
  /** Gets `portolan_event_streams` and `portolan_events_sent_total`. */
  metrics?: Registry | undefined;
  /** Connections at most; each is a socket and some kilobytes. Default 1,000. */
  maxStreams?: number;
  timing?: Partial<EventTiming>;
}

export interface EventHub {
  /** Whether another stream may be opened: false when there are too many, or the hub is closed. */
  readonly hasRoom: boolean;
  /** Opens a stream on the sink, or ends it at once where there is no room. */
  open(listener: Listener, sink: Writable): void;
  /**
   * A mark of now. A page that carries one and hands it over when it connects misses nothing in between.
   */
  mark(caller: string): string;
  /** Streams open now. */
  readonly size: number;
  /** Ends all streams and opens no more. */
  close(): void;
}

/** Streams looked at in one turn of the event loop: at 1 to 2 ms each with 100,000 entities, well below 100 ms. */
const streamsPerTurn = 20;

export function createEventHub(options: EventHubOptions): EventHub {
  const { catalog, clock = systemClock, metrics, maxStreams = 1_000 } = options;
  const timing = { ...defaultEventTiming, ...options.timing };
  const ids = createEventIds();
  const log = createChangeLog(catalog.revision);
  const streams = new Set<EventStream>();
  let turn: EventStream[] = [];
  let isOpen = true;
  const count = observe(metrics, () => streams.size);

  const takeTurns = (): void => {
    const now = turn.splice(0, streamsPerTurn);
    if (turn.length > 0) clock.after(0, takeTurns);
    for (const stream of now) stream.tell();
  };
  const takeTurn = (stream: EventStream): void => {
    turn.push(stream);
    if (turn.length === 1) clock.after(0, takeTurns);
  };
  const unsubscribe = catalog.subscribe((change) => {
    log.append(change);
    for (const stream of streams) stream.changed();
  });

  return {
    get hasRoom() {
      return isOpen && streams.size < maxStreams;
    },
    open: (listener, sink) => {
      if (!isOpen || streams.size >= maxStreams) {
        sink.end();
        return;
      }
      const stream = createEventStream({
        sink,
        clock,
        timing,
        look: createLook({ catalog, log, ids, clock }, listener, timing.elsewhereMs),
        takeTurn,
        sent: count,
        ended: (ended) => streams.delete(ended),
      });
      streams.add(stream);
      stream.changed();
    },
    mark: (caller) => ids.seal(log.revision, caller),
    get size() {
      return streams.size;
    },
    close: () => {
      isOpen = false;
      unsubscribe();
      turn = [];
      for (const stream of streams) stream.close();
    },
  };
}

/** How many streams there are, and what they were told. */
function observe(metrics: Registry | undefined, size: () => number): (event: string) => void {
  if (metrics === undefined) return () => undefined;
  const gauge: Gauge = new Gauge({
    name: 'portolan_event_streams',
    help: 'Event streams that are open',
    registers: [metrics],
    collect: () => gauge.set(size()),
  });
  const counter = new Counter({
    name: 'portolan_events_sent_total',
    help: 'Events sent to streams, by type',
    labelNames: ['event'] as const,
    registers: [metrics],
  });
  return (event) => counter.inc({ event });
}
