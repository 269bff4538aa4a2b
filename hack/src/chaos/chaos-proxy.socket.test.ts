import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createRandom } from '@portolan/runtime/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../control-plane/ports.ts';
import { createChaosProxy, drawFate, type ChaosProxy } from './chaos-proxy.ts';

const text = Buffer.alloc(100_000, 'x');

/** A server that says the same to everybody, behind a proxy. */
async function proxied(seed: number): Promise<ChaosProxy> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: target } = server.address() as AddressInfo;
  const proxy = createChaosProxy({ port: await freePort(), target, seed });
  await proxy.open();
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  return proxy;
}

/** Reads all there is; gives the bytes and how it ended. */
async function read({ port }: ChaosProxy): Promise<{ bytes: number; how: string }> {
  const socket: Socket = connect({ host: '127.0.0.1', port });
  let bytes = 0;
  socket.on('data', (part) => (bytes += part.length));
  return new Promise((resolve) => {
    socket.once('end', () => resolve({ bytes, how: 'end' }));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve({ bytes, how: error.code ?? 'error' }));
    socket.once('close', () => resolve({ bytes, how: 'close' }));
  });
}

describe('the chaos proxy', () => {
  it('draws the same fates from the same seed, and every kind of them', () => {
    const draw = (seed: number): string[] => {
      const random = createRandom(seed);
      return Array.from({ length: 200 }, () => JSON.stringify(drawFate(random)));
    };
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    const kinds = new Set(draw(3).map((fate) => (JSON.parse(fate) as { kind: string }).kind));
    expect([...kinds].toSorted()).toEqual(['delay', 'reset', 'stall', 'truncate', 'whole']);
  });

  it('breaks connections as its schedule says, and none when it is calm', async () => {
    const proxy = await proxied(1);
    const results = await Promise.all(Array.from({ length: 40 }, () => read(proxy)));
    expect(results.filter(({ bytes }) => bytes < text.length).length).toBeGreaterThan(10);
    expect(results.filter(({ bytes, how }) => bytes === text.length && how === 'end').length).toBeGreaterThan(10);
    expect(Object.keys(proxy.fates).length).toBeGreaterThanOrEqual(4);
    proxy.calm();
    const calm = await Promise.all(Array.from({ length: 10 }, () => read(proxy)));
    expect(calm).toEqual(calm.map(() => ({ bytes: text.length, how: 'end' })));
  });
});
