import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, inject } from 'vitest';
import { useCluster } from '../testing/cluster.ts';
import { createClient } from './client.ts';
import { describeConformance, describeWithSubjects } from './conformance.ts';
import { toolsOfBinary } from '../control-plane/tools.ts';
import { describeKubectl, type KubectlTarget } from './kubectl.ts';

const cluster = useCluster();
const shared = inject('controlPlane');
let target: KubectlTarget;

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
    kubectl: cluster.kubectl,
    command: toolsOfBinary(shared.binary).kubectl,
    kubeconfig: cluster.kubeconfig,
    namespace: async () => cluster.namespace('conformance'),
    eventually: async (what, read) => cluster.eventually(what, read),
  };
});
afterAll(async () => {
  await target.client.close();
});

describeWithSubjects(
  'the real API server',
  () => target,
  () => {
    describeConformance(() => target);
    describeKubectl(() => target);
  },
);
