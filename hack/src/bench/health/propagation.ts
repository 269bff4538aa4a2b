import { setTimeout as sleep } from 'node:timers/promises';
import type { Verdict } from '@portolan/crds';
import { Pool } from 'undici';
import { watchComponents } from '../../testing/component-watch.ts';
import { summarise, type LatencySummary } from '../latency.ts';
import { crashing, nameOf, namespace, playPod, ready, setName, type Send } from './fleet.ts';

const pollMs = 5;
const lostMs = 60_000;

/** How long it took from a pod's status change until the change was to be seen. */
export interface Propagation {
  changes: number;
  /** In a watch on the components, which anybody may open. */
  status: LatencySummary;
  /** In an answer of the read API. */
  readApi: LatencySummary;
}

/**
 * Lets pods crash, and then run again, at a steady rate; each duration begins when the request that writes the pod's
 * status is sent. Each change is of another component.
 */
export async function measurePropagation(options: {
  send: Send;
  kubeconfig: string;
  url: string;
  count: number;
  perSecond: number;
}): Promise<Propagation> {
  const { send, kubeconfig, url, count, perSecond } = options;
  const waiting = new Map<string, { verdict: Verdict; resolve: (at: number) => void }>();
  const watch = await watchComponents({
    kubeconfig,
    namespace,
    onVersion: ({ name, status, at }) => {
      const waiter = waiting.get(name);
      if (waiter === undefined || status?.health?.verdict !== waiter.verdict) return;
      waiting.delete(name);
      waiter.resolve(at);
    },
  });
  const api = new Pool(url, { connections: 32 });
  const shown = async (name: string, verdict: Verdict): Promise<number> => {
    for (;;) {
      const path = `/api/catalog/entities/by-name/component/${namespace}/${name}`;
      const { body } = await api.request({ method: 'GET', path });
      const at = performance.now();
      const entity = (await body.json()) as { status?: { portolan?: { health?: { verdict?: Verdict } } } };
      if (entity.status?.portolan?.health?.verdict === verdict) return at;
      await sleep(pollMs);
    }
  };
  const status: number[] = [];
  const readApi: number[] = [];
  const change = async (at: number, verdict: Verdict, pod: object): Promise<void> => {
    const name = nameOf(at);
    const watched = new Promise<number>((resolve) => waiting.set(name, { verdict, resolve }));
    const sent = performance.now();
    const seen = Promise.all([
      watched,
      playPod(send, { namespace, name: `${setName(name, 1)}-0`, status: pod }).then(async () => shown(name, verdict)),
    ]);
    const lost = sleep(lostMs).then(() => {
      throw new Error(`${name} was not ${verdict} within ${lostMs / 1000} s`);
    });
    const [inStatus, inApi] = await Promise.race([seen, lost, watch.failed]);
    status.push(inStatus - sent);
    readApi.push(inApi - sent);
  };
  const wave = async (verdict: Verdict, pod: () => object): Promise<void> => {
    const started = performance.now();
    await Promise.all(
      Array.from({ length: count }, async (_, at) => {
        await sleep(Math.max(0, started + (at * 1000) / perSecond - performance.now()));
        await change(at, verdict, pod());
      }),
    );
  };
  try {
    await wave('Degraded', () => crashing(3));
    await wave('Healthy', () => ready(3));
  } finally {
    await watch.close();
    await api.destroy();
  }
  return { changes: status.length, status: summarise(status), readApi: summarise(readApi) };
}
