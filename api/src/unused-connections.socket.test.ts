import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { seededCatalog } from './testing/seed.ts';
import { testServer } from './testing/server.ts';

it('a connection on which nothing was asked does not hold up the end of the server', async () => {
  const server = await testServer({ catalog: seededCatalog() });
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const accepted = once(server.server, 'connection');
  const unused = connect(Number(port), '127.0.0.1');
  const ended = once(unused, 'close');
  await accepted;
  await server.close();
  await ended;
  expect(unused.destroyed).toBe(true);
});
