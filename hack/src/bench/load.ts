import { Pool } from 'undici';
import { summarise, type LatencySummary } from './latency.ts';

/** One request of a load. */
export interface LoadRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
}

export interface LoadResult extends LatencySummary {
  perSecond: number;
}

/**
 * Sends the requests in turn over so many connections, each waiting for its answer, until the time is over and every
 * request has been sent at least once. Fails on the first answer that is not 200.
 */
export async function runLoad(options: {
  origin: string;
  requests: readonly LoadRequest[];
  connections: number;
  durationMs: number;
}): Promise<LoadResult> {
  const { origin, requests, connections, durationMs } = options;
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const durations: number[] = [];
  let next = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    while (next < requests.length || performance.now() - started < durationMs) {
      const request = requests[next % requests.length];
      if (request === undefined) return;
      next += 1;
      const sent = performance.now();
      const answer = await pool.request({
        method: request.method,
        path: request.path,
        ...(request.body !== undefined && {
          body: request.body,
          headers: { 'content-type': 'application/json' },
        }),
      });
      await answer.body.arrayBuffer();
      if (answer.statusCode !== 200) throw new Error(`${request.method} ${request.path}: ${answer.statusCode}`);
      durations.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const elapsedMs = performance.now() - started;
  await pool.close();
  return { ...summarise(durations), perSecond: durations.length / (elapsedMs / 1000) };
}
