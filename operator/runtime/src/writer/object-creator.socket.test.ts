import { describe, expect, it } from 'vitest';
import { startRig, widgets } from '../testing/rig.ts';
import { createObjectCreator } from './object-creator.ts';

const object = { metadata: { namespace: 'ns', name: 'one' }, spec: {} };
const exists = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason: 'AlreadyExists',
  code: 409,
};

describe('the object creator', () => {
  it('posts the object with its type, and is content with one that exists', async () => {
    await using rig = await startRig();
    const creator = createObjectCreator({ transport: rig.transport, resource: widgets });
    rig.server.fault = () => ({ status: 201, body: object });
    expect(await creator.create(object)).toBe('created');
    const [request] = rig.server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/apis/portolan.test/v1/namespaces/ns/widgets' });
    expect(JSON.parse(request?.body ?? '')).toEqual({ apiVersion: 'portolan.test/v1', kind: 'Widget', ...object });
    rig.server.fault = () => ({ status: 409, body: exists });
    expect(await creator.create(object)).toBe('exists');
  });

  it('sends nothing while the fence is closed, and hides no other refusal', async () => {
    await using rig = await startRig();
    let leftMs = 0;
    const fence = { leftMs: () => leftMs };
    const creator = createObjectCreator({ transport: rig.transport, resource: widgets, fence });
    await expect(creator.create(object)).rejects.toMatchObject({ code: 'RUNTIME_NOT_LEADING' });
    expect(rig.server.requests).toHaveLength(0);
    leftMs = 1_000;
    rig.server.fault = () => ({ status: 403, body: { ...exists, reason: 'Forbidden', code: 403 } });
    await expect(creator.create(object)).rejects.toMatchObject({ code: 'RUNTIME_API_STATUS', status: 403 });
  });
});
