import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/index.ts';
import { loadInClusterCredentials } from './in-cluster.ts';

const environment = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-service-account-'));
  await writeFile(join(folder, 'token'), 'one\n');
  await writeFile(join(folder, 'ca.crt'), 'authority');
});
afterEach(() => rm(folder, { recursive: true }));

describe('credentials in a cluster', () => {
  it('come from the service account, with an address of either family', async () => {
    const credentials = await loadInClusterCredentials({ folder, environment });
    expect(credentials.server).toBe('https://10.0.0.1:443');
    expect(await credentials.current()).toEqual({ headers: { authorization: 'Bearer one' }, tls: { ca: 'authority' } });
    const six = { ...environment, KUBERNETES_SERVICE_HOST: 'fd00::1' };
    expect((await loadInClusterCredentials({ folder, environment: six })).server).toBe('https://[fd00::1]:443');
  });

  it('read the token again after 60 s or when asked to, and keep the TLS material while it is the same', async () => {
    const clock = createFakeClock();
    const credentials = await loadInClusterCredentials({ folder, environment, clock });
    const first = await credentials.current();
    await writeFile(join(folder, 'token'), 'two');
    await clock.advance(59_999);
    expect((await credentials.current()).headers['authorization']).toBe('Bearer one');
    await clock.advance(1);
    const second = await credentials.current();
    expect(second.headers['authorization']).toBe('Bearer two');
    expect(second.tls).toBe(first.tls);
    await writeFile(join(folder, 'token'), 'three');
    await writeFile(join(folder, 'ca.crt'), 'next authority');
    await credentials.refresh();
    expect(await credentials.current()).toEqual({
      headers: { authorization: 'Bearer three' },
      tls: { ca: 'next authority' },
    });
  });

  it('keep what they have while the files cannot be read', async () => {
    const clock = createFakeClock();
    const credentials = await loadInClusterCredentials({ folder, environment, clock });
    await writeFile(join(folder, 'token'), '');
    await clock.advance(60_000);
    expect((await credentials.current()).headers['authorization']).toBe('Bearer one');
    await expect(credentials.refresh()).rejects.toMatchObject({ code: 'RUNTIME_CREDENTIALS' });
  });

  it('say what is missing', async () => {
    await expect(loadInClusterCredentials({ folder, environment: {} })).rejects.toMatchObject({
      code: 'RUNTIME_CREDENTIALS',
      message: expect.stringContaining('KUBERNETES_SERVICE_HOST') as string,
    });
    await rm(join(folder, 'token'));
    await expect(loadInClusterCredentials({ folder, environment })).rejects.toMatchObject({
      code: 'RUNTIME_CREDENTIALS',
      message: expect.stringContaining('token') as string,
    });
  });
});
