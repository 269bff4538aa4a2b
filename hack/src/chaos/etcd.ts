/**
 * Compacts etcd at its current revision, by the JSON gateway that etcd serves beside gRPC: whoever watches from an older
 * version is told 410 as soon as the API server's own cache does not reach back that far.
 *
 * @param url - of etcd's clients, `http://127.0.0.1:PORT`
 */
export async function compactEtcd(url: string): Promise<{ revision: number }> {
  const { header } = await post<{ header: { revision: string } }>(`${url}/v3/kv/range`, { key: base64('/'), limit: 1 });
  await post(`${url}/v3/kv/compaction`, { revision: header.revision, physical: true });
  return { revision: Number(header.revision) };
}

async function post<Answer>(url: string, body: object): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
