import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { testCompany } from './testing/company.ts';
import { catalogOf, createLiveServer } from './testing/ui-server.ts';

test('a reader who leaves the runtime page takes the reading of the cluster along', async () => {
  const asked: AbortSignal[] = [];
  const server = await createLiveServer(catalogOf(testCompany()), {
    runtimeDeadlineMs: 60_000,
    runtime: async (_entity, signal) => {
      asked.push(signal);
      await once(signal, 'abort');
      throw signal.reason as Error;
    },
  });
  const origin = await server.listen({ host: '127.0.0.1', port: 0 });
  const leaving = new AbortController();
  const url = `${origin}/catalog/payments/component/payment-gateway/runtime`;
  const answer = fetch(url, { headers: { accept: 'text/html' }, signal: leaving.signal });
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  leaving.abort();
  await expect(answer).rejects.toThrow();
  await vi.waitFor(() => expect(asked[0]?.aborted).toBe(true));
  await server.close();
});
