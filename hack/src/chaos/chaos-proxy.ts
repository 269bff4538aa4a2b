import { connect, createServer, type Server, type Socket } from 'node:net';
import { createRandom, pick } from '@portolan/runtime/testing';

/** What becomes of one connection. The bytes are those from the server, TLS included. */
export type ConnectionFate =
  | { kind: 'whole' }
  /** Both sides see an end in the middle of what was said. */
  | { kind: 'truncate'; afterBytes: number }
  /** Both sides see a reset. */
  | { kind: 'reset'; afterBytes: number }
  /** Nothing passes any more, and nobody is told until the time is over. */
  | { kind: 'stall'; afterBytes: number; forMs: number }
  /** Every piece comes later. */
  | { kind: 'delay'; byMs: number };

/** A port in front of another one, whose connections fail by a schedule that is drawn from a seed. */
export interface ChaosProxy {
  readonly port: number;
  /** Fates given out so far, by kind. */
  readonly fates: Readonly<Record<string, number>>;
  open(): Promise<void>;
  /** From now on connections are whole. Those that are there keep their fate. */
  calm(): void;
  /** Resets every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** No connection lives longer in a schedule, however quiet it is: a watch without events must fail as well. */
const longestLifeMs = 4_000;

/** The n-th fate of a seed. A third of the connections is whole, so that there is progress between the faults. */
export function drawFate(random: () => number): ConnectionFate {
  const afterBytes = Math.floor(random() ** 2 * 60_000);
  switch (pick(random, ['whole', 'truncate', 'reset', 'stall', 'delay', 'whole'] as const)) {
    case 'whole':
      return { kind: 'whole' };
    case 'truncate':
      return { kind: 'truncate', afterBytes };
    case 'reset':
      return { kind: 'reset', afterBytes };
    case 'stall':
      return { kind: 'stall', afterBytes, forMs: Math.floor(random() * 3_000) };
    case 'delay':
      return { kind: 'delay', byMs: Math.floor(random() * 200) };
  }
}

/** Creates it closed, on a loopback port. */
export function createChaosProxy(options: { port: number; target: number; seed: number }): ChaosProxy {
  const { port, target } = options;
  const random = createRandom(options.seed);
  const sockets = new Set<Socket>();
  const fates: Record<string, number> = {};
  let server: Server | undefined;
  let isCalm = false;

  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Being cut is what it is for.
    socket.on('error', () => socket.destroy());
  };
  const join = (inbound: Socket): void => {
    const outbound = connect({ host: '127.0.0.1', port: target });
    hold(inbound);
    hold(outbound);
    const fate: ConnectionFate = isCalm ? { kind: 'whole' } : drawFate(random);
    fates[fate.kind] = (fates[fate.kind] ?? 0) + 1;
    inbound.pipe(outbound);
    const strike = startStrike({ fate, inbound, outbound });
    const delayMs = fate.kind === 'delay' ? fate.byMs : 0;
    let passed = 0;
    outbound.on('data', (bytes: Buffer) => {
      const limit = 'afterBytes' in fate ? fate.afterBytes : Infinity;
      const part = bytes.subarray(0, Math.max(0, limit - passed));
      passed += bytes.length;
      if (delayMs === 0) inbound.write(part);
      else setTimeout(() => inbound.write(part), delayMs);
      if (passed > limit) strike();
    });
    outbound.once('end', () => setTimeout(() => inbound.end(), delayMs));
    outbound.once('close', () => setTimeout(() => inbound.destroy(), delayMs));
    inbound.once('close', () => outbound.destroy());
  };
  return {
    port,
    fates,
    open: async () => {
      server = createServer({ allowHalfOpen: true }, join);
      await new Promise<void>((resolve, reject) => {
        server?.once('error', reject);
        server?.listen({ host: '127.0.0.1', port }, resolve);
      });
    },
    calm: () => {
      isCalm = true;
    },
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    close: async () => {
      const closing = server;
      server = undefined;
      for (const socket of sockets) socket.destroy();
      if (closing !== undefined) await new Promise((resolve) => closing.close(resolve));
    },
  };
}

/** Gives what carries out a fate, at the latest when the longest life is over. */
function startStrike(options: { fate: ConnectionFate; inbound: Socket; outbound: Socket }): () => void {
  const { fate, inbound, outbound } = options;
  const end = (): void => {
    inbound.destroy();
    outbound.destroy();
  };
  let isStruck = false;
  const strike = (): void => {
    if (isStruck) return;
    isStruck = true;
    clearTimeout(life);
    if (fate.kind === 'truncate') {
      inbound.end();
      outbound.destroy();
    } else if (fate.kind === 'reset') {
      inbound.resetAndDestroy();
      outbound.resetAndDestroy();
    } else if (fate.kind === 'stall') {
      inbound.unpipe(outbound).pause();
      outbound.pause();
      setTimeout(end, fate.forMs);
    }
  };
  const life = fate.kind === 'whole' || fate.kind === 'delay' ? undefined : setTimeout(strike, longestLifeMs);
  inbound.once('close', () => clearTimeout(life));
  return strike;
}
