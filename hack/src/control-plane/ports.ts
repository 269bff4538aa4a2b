import { createServer } from 'node:net';
import { HackError } from '../errors.ts';

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const port = await listenOnce(0);
  if (port === undefined) throw new HackError('HACK_PORT_IN_USE', 'No loopback port is free.');
  return port;
}

/** @throws {HackError} `HACK_PORT_IN_USE` when another program listens on it. */
export async function requireFreePort(port: number): Promise<void> {
  if ((await listenOnce(port)) === undefined) throw portInUse(port);
}

/** The sentence about a taken port. */
export function portInUse(port: number): HackError {
  return new HackError(
    'HACK_PORT_IN_USE',
    `Port ${port} on 127.0.0.1 is in use by another program; stop it or choose another one with --port.`,
  );
}

/** The port that was bound and released again; undefined when it could not be bound. */
async function listenOnce(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
