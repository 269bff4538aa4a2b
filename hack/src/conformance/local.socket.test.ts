import { createLocalApi, portolanDefinitions } from '@portolan/local';
import { afterAll, beforeAll } from 'vitest';
import { createClient } from './client.ts';
import { describeConformance } from './conformance.ts';
import type { Target } from './target.ts';

const api = createLocalApi({ crds: portolanDefinitions() });
let target: Target;
let namespaces = 0;

beforeAll(async () => {
  const client = createClient({ server: await api.listen() });
  target = {
    name: 'local',
    client,
    namespace: async () => {
      namespaces += 1;
      const name = `conformance-${namespaces}`;
      await client.request('POST', '/api/v1/namespaces', { metadata: { name } });
      return name;
    },
    eventually: async (what, read) => {
      const found = await read();
      if (found === undefined) throw new Error(`not at once: ${what}`);
      return found;
    },
  };
});
afterAll(async () => {
  await target.client.close();
  await api.close();
});

describeConformance('the local API', () => target);
