import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Fault } from '../faults/fault.ts';

/** The way from an answer to its client, with what the fault plan does to it. */
export interface Outlet {
  /** False when nothing more can be sent. */
  readonly isOpen: boolean;
  /** Sends one line, or part of a body. Resolves when there is room for more. */
  send(bytes: Buffer): Promise<void>;
  /** Ends the answer in order. */
  end(): void;
  /** Ends the connection at once. */
  destroy(): void;
  onClose(listener: () => void): void;
}

export function createOutlet(response: ServerResponse, fault: Fault | undefined, clock: Clock): Outlet {
  const outlet = plainOutlet(response);
  switch (fault?.kind) {
    case 'cut':
      return cutOutlet(outlet, fault);
    case 'stall':
      return stallingOutlet(outlet, fault.afterEvents ?? 0);
    case 'slow':
      return slowOutlet(outlet, fault, clock);
    default:
      return outlet;
  }
}

function plainOutlet(response: ServerResponse): Outlet {
  let isOpen = true;
  response.once('close', () => (isOpen = false));
  // A client that left is no error of the server.
  response.on('error', () => (isOpen = false));
  return {
    get isOpen() {
      return isOpen;
    },
    send: async (bytes) => {
      if (!isOpen || response.write(bytes)) return;
      await new Promise<void>((resolve) => {
        const proceed = (): void => {
          response.off('drain', proceed);
          response.off('close', proceed);
          resolve();
        };
        response.once('drain', proceed);
        response.once('close', proceed);
      });
    },
    end: () => {
      isOpen = false;
      response.end();
    },
    destroy: () => {
      isOpen = false;
      response.destroy();
    },
    onClose: (listener) => {
      response.once('close', listener);
    },
  };
}

function cutOutlet(inner: Outlet, fault: Extract<Fault, { kind: 'cut' }>): Outlet {
  let left = fault.afterEvents ?? 0;
  return derive(inner, async (bytes) => {
    if (left > 0) {
      left -= 1;
      await inner.send(bytes);
      return;
    }
    const length = keptLength(bytes, fault.within ?? 'nothing');
    if (length > 0) await inner.send(bytes.subarray(0, length));
    // The bytes that were sent must arrive: a reset would throw them away.
    inner.end();
  });
}

/** How many bytes of the last line arrive. */
function keptLength(bytes: Buffer, within: 'nothing' | 'line' | 'character'): number {
  if (within === 'nothing') return 0;
  const half = Math.floor(bytes.length / 2);
  if (within === 'line') return half;
  // The first byte of a character that has several; a line of ASCII only is cut in its middle.
  const lead = bytes.findIndex((byte) => byte >= 0xc0);
  return lead === -1 ? half : lead + 1;
}

function stallingOutlet(inner: Outlet, afterEvents: number): Outlet {
  let left = afterEvents;
  let isStalled = false;
  const outlet = derive(inner, async (bytes) => {
    if (left <= 0) isStalled = true;
    left -= 1;
    if (!isStalled) await inner.send(bytes);
  });
  return {
    ...outlet,
    get isOpen() {
      return inner.isOpen;
    },
    end: () => {
      if (!isStalled) inner.end();
    },
  };
}

function slowOutlet(inner: Outlet, { bytes: size, everyMs }: Extract<Fault, { kind: 'slow' }>, clock: Clock): Outlet {
  let tail = Promise.resolve();
  const trickle = async (bytes: Buffer): Promise<void> => {
    for (let at = 0; at < bytes.length && inner.isOpen; at += size) {
      await inner.send(bytes.subarray(at, at + size));
      await new Promise<void>((resolve) => {
        clock.after(everyMs, resolve);
      });
    }
  };
  const outlet = derive(inner, async (bytes) => {
    tail = tail.then(async () => trickle(bytes));
    await tail;
  });
  return {
    ...outlet,
    get isOpen() {
      return inner.isOpen;
    },
    end: () => {
      void tail.then(() => inner.end());
    },
  };
}

function derive(inner: Outlet, send: Outlet['send']): Outlet {
  return {
    get isOpen() {
      return inner.isOpen;
    },
    send: async (bytes) => {
      if (inner.isOpen) await send(bytes);
    },
    end: () => inner.end(),
    destroy: () => inner.destroy(),
    onClose: (listener) => inner.onClose(listener),
  };
}
