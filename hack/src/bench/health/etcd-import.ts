import type { StoredObject } from './fleet.ts';

/** etcd takes 128 operations in a transaction, and requests of 1.5 MiB; a pod is 3 KiB. */
const perTransaction = 100;
const writers = 4;

/**
 * Writes objects into etcd as the API server would have stored them, by the JSON gateway beside gRPC: 100,000 creations
 * take minutes of the API server's time and are not what is measured. The API server reads JSON as well as protobuf, and
 * tells its watches.
 *
 * @param url of etcd's clients, `http://127.0.0.1:PORT`
 */
export async function importObjects(url: string, objects: Iterable<StoredObject>): Promise<void> {
  const source = objects[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (;;) {
      const success: object[] = [];
      while (success.length < perTransaction) {
        const next = source.next();
        if (next.done === true) break;
        const { key, object } = next.value;
        success.push({ request_put: { key: base64(key), value: base64(JSON.stringify(object)) } });
      }
      if (success.length === 0) return;
      const answer = await fetch(`${url}/v3/kv/txn`, { method: 'POST', body: JSON.stringify({ success }) });
      if (!answer.ok) throw new Error(`etcd: ${answer.status} ${await answer.text()}`);
      await answer.body?.cancel();
    }
  };
  await Promise.all(Array.from({ length: writers }, worker));
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
