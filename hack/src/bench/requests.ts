import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../control-plane/ports.ts';
import { throughPort } from '../end-to-end/kubeconfigs.ts';
import { run } from '../process/run.ts';
import { startBenchCluster } from './cluster.ts';

const namespace = 'bench';
const contestants = ['portolan', 'client-node'] as const;

/** `hack/bench requests N`: N reads of one object by our transport and by client-node's own client, in turns. */
export async function benchRequests(count: number, print: (line: string) => void): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const cluster = await startBenchCluster({ directory, namespace });
  try {
    const status = await cluster.request('POST', `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/groups`, {
      apiVersion: 'portolan.dev/v1alpha1',
      kind: 'Group',
      metadata: { name: 'team' },
      spec: { type: 'team' },
    });
    if (status !== 201) throw new Error(`create group: ${status}`);
    const port = await freePort();
    const proxy = await countingProxy({ port, target: Number(new URL(cluster.server).port) });
    const kubeconfig = await throughPort({ kubeconfig: cluster.kubeconfig, port, directory });
    print('| client | connections | requests/s | CPU per request |');
    print('|---|--:|--:|--:|');
    for (const client of contestants) {
      const before = proxy.connections();
      const script = new URL('requests-client.ts', import.meta.url).pathname;
      const result = await run([process.execPath], [script, client, kubeconfig, String(count), namespace, 'team']);
      if (result.code !== 0) throw new Error(`${client}: ${result.stderr}`);
      const { elapsedMs, cpuMs } = JSON.parse(result.stdout) as { elapsedMs: number; cpuMs: number };
      const perSecond = (count / (elapsedMs / 1000)).toFixed(0);
      const cpu = `${((cpuMs / count) * 1000).toFixed(0)} µs`;
      print(`| ${client} | ${proxy.connections() - before} | ${perSecond} | ${cpu} |`);
    }
    await proxy.close();
  } finally {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Passes bytes on and counts who connects. */
async function countingProxy(options: {
  port: number;
  target: number;
}): Promise<{ connections: () => number; close: () => Promise<void> }> {
  let connections = 0;
  const server = createServer((inbound) => {
    connections += 1;
    const outbound = connect({ host: '127.0.0.1', port: options.target });
    for (const socket of [inbound, outbound]) socket.on('error', () => socket.destroy());
    inbound.pipe(outbound).pipe(inbound);
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: options.port }, resolve));
  return {
    connections: () => connections,
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
