import { connect, createServer, type Server, type Socket } from 'node:net';

/** A port in front of another one that can be closed and opened: an API server that goes away and comes back. */
export interface TcpProxy {
  readonly port: number;
  open(): Promise<void>;
  /** Refuses new connections and cuts those that are there. */
  close(): Promise<void>;
  /** Passes nothing on any more, in either direction, without closing anything: a network that is partitioned. */
  stall(): void;
  /** Passes on again, first what has arrived meanwhile. */
  resume(): void;
}

/** Creates it closed. */
export function createTcpProxy(options: { port: number; target: number }): TcpProxy {
  const { port, target } = options;
  const sockets = new Set<Socket>();
  const pairs = new Set<readonly [Socket, Socket]>();
  let isStalled = false;
  let server: Server | undefined;
  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Being cut is what it is for.
    socket.on('error', () => socket.destroy());
  };
  return {
    port,
    open: async () => {
      server = createServer((inbound) => {
        const outbound = connect({ host: '127.0.0.1', port: target });
        hold(inbound);
        hold(outbound);
        const pair = [inbound, outbound] as const;
        pairs.add(pair);
        inbound.once('close', () => pairs.delete(pair));
        if (!isStalled) inbound.pipe(outbound).pipe(inbound);
      });
      await new Promise<void>((resolve, reject) => {
        server?.once('error', reject);
        server?.listen({ host: '127.0.0.1', port }, resolve);
      });
    },
    stall: () => {
      isStalled = true;
      for (const [inbound, outbound] of pairs) {
        inbound.unpipe(outbound).pause();
        outbound.unpipe(inbound).pause();
      }
    },
    resume: () => {
      isStalled = false;
      for (const [inbound, outbound] of pairs) inbound.pipe(outbound).pipe(inbound);
    },
    close: async () => {
      const closing = server;
      server = undefined;
      for (const socket of sockets) socket.destroy();
      if (closing !== undefined) await new Promise((resolve) => closing.close(resolve));
    },
  };
}
