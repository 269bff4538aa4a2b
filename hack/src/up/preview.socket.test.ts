import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPortolan, operatorAccount } from '../install/install.ts';
import { applySamples } from '../install/samples.ts';
import { startPreview, type Preview } from './preview.ts';

describe('the preview on a machine without kubectl', () => {
  let directory: string;
  let preview: Preview;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'portolan-preview-'));
    preview = await startPreview({ kubeconfig: join(directory, 'kubeconfig'), directory, path: '' });
  });
  afterAll(async () => {
    await preview.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('takes the installation and the sample catalog', async () => {
    const { kubectl } = preview;
    expect(preview.kubectlCommand).toBeUndefined();
    await installPortolan({ kubectl, ownsCluster: true });
    const count = await applySamples({ kubectl, ownsCluster: true, workloads: false, nodes: false });
    expect(count).toBeGreaterThan(100);
    const { stdout } = await kubectl(['get', 'catalog', '--all-namespaces', '-o', 'jsonpath=…']);
    // Nothing has judged them yet: one empty line for each entity.
    expect(stdout).toMatch(/^\n{100,}$/);
  });

  it('gives the operator a token', async () => {
    const { namespace, name } = operatorAccount;
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    const { stdout } = await preview.kubectl(['create', '--raw', path, '-f', '-'], { input: '{"spec":{}}' });
    const { status } = JSON.parse(stdout) as { status: { token: string; expirationTimestamp: string } };
    expect(status.token.length).toBeGreaterThan(20);
    expect(Date.parse(status.expirationTimestamp)).toBeGreaterThan(Date.now());
  });

  it('says what is wrong with a manifest, and what it cannot do', async () => {
    const bad = `apiVersion: portolan.dev/v1alpha1\nkind: Component\nmetadata: {name: bad}\nspec: {type: 7}\n`;
    const refused = await preview.kubectl(['apply', '-f', '-'], { input: bad });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('spec.type')]);
    const unknown = await preview.kubectl(['drain', 'node']);
    expect([unknown.code, unknown.stderr]).toEqual([1, 'kubectl drain node needs kubectl, which is not installed']);
  });

  it('lets nobody in without a token', async () => {
    const view = await preview.kubectl(['config', 'view', '--raw']);
    const { clusters } = JSON.parse(view.stdout) as {
      clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
    };
    const { server, 'certificate-authority-data': data } = clusters[0].cluster;
    expect(server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const agent = new Agent({ connect: { ca: Buffer.from(data, 'base64').toString('utf8') } });
    const { statusCode, body } = await request(new URL('/api/v1/namespaces', server), { dispatcher: agent });
    await body.dump();
    await agent.destroy();
    expect(statusCode).toBe(401);
  });
});
