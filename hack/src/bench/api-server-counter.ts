/** Requests that an API server has counted, by verb, for one API group. */
export interface RequestCounts {
  /** PATCH on a status subresource. */
  statusPatches: number;
  /** Every verb that changes something, the status patches included. */
  writes: number;
}

const line = /^apiserver_request_total\{([^}]*)\} (\S+)$/;
const changing = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE', 'DELETECOLLECTION']);

/** Sums `apiserver_request_total` of one group from the text of the API server's own /metrics. */
export function countRequests(metrics: string, group: string): RequestCounts {
  const counts: RequestCounts = { statusPatches: 0, writes: 0 };
  for (const text of metrics.split('\n')) {
    const match = line.exec(text);
    if (match === null) continue;
    const labels = Object.fromEntries(
      [...(match[1] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map((each) => [each[1], each[2]]),
    );
    if (labels['group'] !== group || !changing.has(labels['verb'] ?? '')) continue;
    const value = Number(match[2]);
    counts.writes += value;
    if (labels['subresource'] === 'status' && labels['verb'] === 'PATCH') counts.statusPatches += value;
  }
  return counts;
}
