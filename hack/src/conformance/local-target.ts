import type { Client } from './client.ts';
import type { Target } from './target.ts';

/** The local API as a target: nothing takes time there. */
export function localTarget(client: Client): Target {
  let namespaces = 0;
  return {
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
}
