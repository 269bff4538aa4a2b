import type { Clock, Timer } from '@portolan/runtime';
import type { Writable } from 'node:stream';

/** Times of a stream, in milliseconds. */
export interface EventTiming {
  /** Between two events at least: a page that reads itself anew once a second is live to the eye. */
  intervalMs: number;
  /** Between two events about something elsewhere at least; they concern counts only. */
  elsewhereMs: number;
  /** A comment after this long, below the 30 to 60 seconds after which proxies close a silent connection. */
  heartbeatMs: number;
  /** A reader that takes nothing for this long is let go. */
  stuckMs: number;
}

export const defaultEventTiming: EventTiming = {
  intervalMs: 1_000,
  elsewhereMs: 15_000,
  heartbeatMs: 20_000,
  stuckMs: 60_000,
};

export type StreamEvent =
  { event: 'ready' | 'reset' | 'elsewhere' } | { event: 'changed'; refs: readonly string[]; more: number };

/** What there is to tell, with the id to continue from; or nothing, and when to look again even without a change. */
export type Look = () => { event: StreamEvent; id: string } | { event?: undefined; againMs: number | undefined };

export interface EventStream {
  /** There may be something to tell. */
  changed(): void;
  /** Looks now and tells. The hub calls it in its turn. */
  tell(): void;
  close(): void;
}

export interface EventStreamOptions {
  sink: Writable;
  clock: Clock;
  timing: EventTiming;
  look: Look;
  /** Asks for a turn; {@link EventStream.tell} is called in it. */
  takeTurn: (stream: EventStream) => void;
  sent: (event: StreamEvent['event']) => void;
  /** The sink is gone, whoever ended it. */
  ended: (stream: EventStream) => void;
}

/** How long an EventSource waits before it comes again; spread by the browser's own delays. */
const retryMs = 2_000;

/**
 * One connection. It holds no events: it knows that something changed, and looks what that was when it may speak. So
 * what a slow reader costs is what one event costs, and while its buffer is full nothing is written at all.
 */
export function createEventStream(options: EventStreamOptions): EventStream {
  const { sink, clock, timing, look, takeTurn, sent, ended } = options;
  let isChanged = false;
  /** A turn is asked for, or will be when the time has come. */
  let isWaiting = false;
  let isOver = false;
  let quietUntil = 0;
  let interval: Timer | undefined;
  let again: Timer | undefined;
  let stuck: Timer | undefined;
  let heartbeat: Timer | undefined;

  const write = (text: string): void => {
    if (sink.write(text) || stuck !== undefined) return;
    stuck = clock.after(timing.stuckMs, () => sink.destroy());
  };
  const beat = (): void => {
    heartbeat = clock.after(timing.heartbeatMs, () => {
      if (stuck === undefined) write(':\n\n');
      beat();
    });
  };
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    for (const timer of [interval, again, stuck, heartbeat]) timer?.cancel();
    ended(stream);
  };

  const stream: EventStream = {
    changed: () => {
      isChanged = true;
      if (isOver || isWaiting || stuck !== undefined) return;
      isWaiting = true;
      const waitMs = quietUntil - clock.monotonic();
      if (waitMs > 0) interval = clock.after(waitMs, () => takeTurn(stream));
      else takeTurn(stream);
    },
    tell: () => {
      isWaiting = false;
      // A reader that is behind is told when it has caught up: see 'drain'.
      if (isOver || stuck !== undefined) return;
      isChanged = false;
      again?.cancel();
      const found = look();
      if (found.event === undefined) {
        if (found.againMs !== undefined) again = clock.after(found.againMs, () => stream.changed());
        return;
      }
      quietUntil = clock.monotonic() + timing.intervalMs;
      write(format(found));
      sent(found.event.event);
    },
    close: () => {
      const isStuck = stuck !== undefined;
      finish();
      // Who takes nothing would hold up a server that stops for as long as it likes.
      if (isStuck) sink.destroy();
      else sink.end();
    },
  };
  sink.on('drain', () => {
    stuck?.cancel();
    stuck = undefined;
    if (isChanged) stream.changed();
  });
  sink.on('close', finish);
  // A reader that went away is no fault; 'close' follows.
  sink.on('error', () => undefined);
  write(`retry: ${retryMs}\n\n`);
  beat();
  return stream;
}

function format({ event: { event, ...data }, id }: { event: StreamEvent; id: string }): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
