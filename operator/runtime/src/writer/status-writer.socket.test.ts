import { describe, expect, it } from 'vitest';
import { startRig, widgets, type Rig } from '../testing/rig.ts';
import type { Transport } from '../transport/transport.ts';
import { createStatusWriter, type StatusWriter } from './status-writer.ts';

function writerOf({ transport, clock, metrics, log }: Rig): StatusWriter {
  return createStatusWriter({ transport, resource: widgets, clock, metrics, log });
}

describe('the status writer', () => {
  it('patches the status of the version that it was computed from', async () => {
    await using rig = await startRig();
    const { metadata } = rig.server.log.put({ metadata: { namespace: 'ns', name: 'one' }, status: { old: 1 } });
    const { resourceVersion } = metadata;
    const patch = { status: { old: null, fresh: true } };
    const result = await writerOf(rig).write({ namespace: 'ns', name: 'one', resourceVersion, patch });
    const stored = rig.server.log.get('ns/one');
    expect(result).toEqual({ kind: 'written', resourceVersion: stored?.metadata.resourceVersion });
    expect(stored?.['status']).toEqual({ fresh: true });
    const [request] = rig.server.requests;
    expect(request).toMatchObject({
      method: 'PATCH',
      path: '/apis/portolan.test/v1/namespaces/ns/widgets/one/status',
      query: { fieldManager: 'portolan' },
    });
    expect(request?.headers['content-type']).toBe('application/merge-patch+json');
    expect(JSON.parse(request?.body ?? '')).toEqual({ ...patch, metadata: { resourceVersion } });
  });

  it('I6: sends the status and its precondition only, so that finalizers stay whoever set or removes them', async () => {
    await using rig = await startRig();
    const metadata = { namespace: 'ns', name: 'one', finalizers: ['example.com/theirs'], deletionTimestamp: 'now' };
    const { resourceVersion } = rig.server.log.put({ metadata, status: {} }).metadata;
    await writerOf(rig).write({ namespace: 'ns', name: 'one', resourceVersion, patch: { status: { fresh: true } } });
    expect(Object.keys(JSON.parse(rig.server.requests[0]?.body ?? '') as object)).toEqual(['status', 'metadata']);
    expect(rig.server.log.get('ns/one')).toMatchObject({ metadata, status: { fresh: true } });
  });

  it('I5: overwrites nothing newer, and tells that and a missing object from a failure', async () => {
    await using rig = await startRig();
    const { resourceVersion } = rig.server.log.put({ metadata: { namespace: 'ns', name: 'one' } }).metadata;
    rig.server.log.put({ metadata: { namespace: 'ns', name: 'one' }, spec: {} });
    const writer = writerOf(rig);
    const patch = { status: { a: 1 } };
    expect(await writer.write({ namespace: 'ns', name: 'one', resourceVersion, patch })).toEqual({ kind: 'conflict' });
    expect(await writer.write({ namespace: 'ns', name: 'two', resourceVersion, patch })).toEqual({ kind: 'gone' });
    rig.server.fault = () => ({ status: 500 });
    await expect(writer.write({ namespace: 'ns', name: 'one', resourceVersion, patch })).rejects.toMatchObject({
      code: 'RUNTIME_API_STATUS',
      status: 500,
    });
    expect(rig.server.log.get('ns/one')?.['status']).toBeUndefined();
    const metrics = await rig.registry.metrics();
    for (const outcome of ['conflict', 'gone', 'error']) {
      expect(metrics).toContain(
        `portolan_status_writes_total{resource="widgets.portolan.test",outcome="${outcome}"} 1`,
      );
    }
  });

  it('sends nothing when its fence is closed', async () => {
    await using rig = await startRig();
    const { resourceVersion } = rig.server.log.put({ metadata: { namespace: 'ns', name: 'one' } }).metadata;
    const { transport, clock, metrics, log } = rig;
    let leftMs = 0;
    const fence = { leftMs: () => leftMs };
    const writer = createStatusWriter({ transport, resource: widgets, clock, metrics, log, fence });
    const write = { namespace: 'ns', name: 'one', resourceVersion, patch: { status: { a: 1 } } };
    await expect(writer.write(write)).rejects.toMatchObject({ code: 'RUNTIME_NOT_LEADING' });
    expect(rig.server.requests).toEqual([]);
    expect(await rig.registry.metrics()).toContain('outcome="fenced"} 1');
    leftMs = 10_000;
    expect(await writer.write(write)).toMatchObject({ kind: 'written' });
  });

  it('waits for an answer no longer than its fence stays open', async () => {
    await using rig = await startRig();
    const { clock, metrics, log } = rig;
    let asked: number | undefined;
    const transport: Transport = {
      ...rig.transport,
      request: async ({ timeoutMs }) => {
        asked = timeoutMs;
        return {};
      },
    };
    const fence = { leftMs: () => 3_000 };
    const write = { namespace: 'ns', name: 'one', resourceVersion: '1', patch: {} };
    await createStatusWriter({ transport, resource: widgets, clock, metrics, log, fence }).write(write);
    expect(asked).toBe(3_000);
  });
});
