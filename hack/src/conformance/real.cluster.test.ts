import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll } from 'vitest';
import { useCluster } from '../testing/cluster.ts';
import { createClient } from './client.ts';
import { describeConformance } from './conformance.ts';
import type { Target } from './target.ts';

const cluster = useCluster();
let target: Target;

beforeAll(async () => {
  const { clusters, users } = JSON.parse(await readFile(cluster.kubeconfig, 'utf8')) as {
    clusters: [{ cluster: { 'certificate-authority-data': string } }];
    users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
  };
  const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');
  const { user } = users[0];
  target = {
    name: 'real',
    client: createClient({
      server: cluster.server,
      tls: {
        ca: decode(clusters[0].cluster['certificate-authority-data']),
        cert: decode(user['client-certificate-data']),
        key: decode(user['client-key-data']),
      },
    }),
    namespace: async () => cluster.namespace('conformance'),
    eventually: async (what, read) => cluster.eventually(what, read),
  };
});
afterAll(async () => {
  await target.client.close();
});

describeConformance('the real API server', () => target);
