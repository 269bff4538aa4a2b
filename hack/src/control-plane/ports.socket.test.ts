import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort, requireFreePort } from './ports.ts';

describe('ports', () => {
  it('offers one that can be listened on', async () => {
    const port = await freePort();
    await expect(requireFreePort(port)).resolves.toBeUndefined();
  });

  it('says in one sentence that a port is in use, and how to choose another', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    try {
      await expect(requireFreePort(port)).rejects.toMatchObject({
        code: 'HACK_PORT_IN_USE',
        message: `Port ${port} on 127.0.0.1 is in use by another program; stop it or choose another one with --port.`,
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
