import { createMetrics, createTransport, loadKubeconfigCredentials, systemClock } from '@portolan/runtime';
import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { pino } from 'pino';
import { Registry } from 'prom-client';

/**
 * A process of its own for `hack/bench requests`: reads one object so many times over 16 parallel workers, with our
 * transport or with client-node's own client, and prints what it cost as one JSON line.
 */
const [client = '', kubeconfig = '', count = '', namespace = '', name = ''] = process.argv.slice(2);
const workers = 16;

const readers: Record<string, () => Promise<() => Promise<unknown>>> = {
  portolan: async () => {
    const transport = createTransport({
      credentials: await loadKubeconfigCredentials({ path: kubeconfig }),
      clock: systemClock,
      log: pino({ level: 'warn' }),
      metrics: createMetrics(new Registry()),
      userAgent: 'portolan/bench',
    });
    const path = `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/groups/${name}`;
    return async () => transport.request({ method: 'GET', path, labels: { verb: 'get', resource: 'groups' } });
  },
  'client-node': async () => {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const api = config.makeApiClient(CustomObjectsApi);
    const target = { group: 'portolan.dev', version: 'v1alpha1', namespace, plural: 'groups', name };
    return async () => api.getNamespacedCustomObject(target);
  },
};

const create = Object.hasOwn(readers, client) ? readers[client] : undefined;
if (create === undefined) throw new TypeError(`no client ${client}`);
const read = await create();
await read();
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
let left = Number(count);
await Promise.all(
  Array.from({ length: workers }, async () => {
    while (left > 0) {
      left -= 1;
      await read();
    }
  }),
);
const cpu = process.cpuUsage(cpuBefore);
const elapsedMs = performance.now() - startedAt;
process.stdout.write(`${JSON.stringify({ elapsedMs, cpuMs: (cpu.user + cpu.system) / 1000 })}\n`);
process.exit(0);
