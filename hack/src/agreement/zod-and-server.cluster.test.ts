import { kindInfo } from '@portolan/crds';
import { admissionFaults, type Manifest } from '@portolan/crds/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useCluster } from '../testing/cluster.ts';
import { manifests } from './manifests.ts';

const cluster = useCluster();
const objects = 2_000;
const atOnce = 16;

interface Verdict {
  manifest: Manifest;
  byServer: string | undefined;
  byZod: string | undefined;
}

async function judge(manifest: Manifest): Promise<Verdict> {
  const plural = kindInfo(manifest.kind)?.plural ?? '';
  const { status, body } = await cluster.request<{ message?: string }>(
    'POST',
    `/apis/portolan.dev/v1alpha1/namespaces/default/${plural}?dryRun=All&fieldValidation=Strict`,
    manifest,
  );
  const [fault] = admissionFaults(manifest);
  return {
    manifest,
    byServer: status === 201 ? undefined : `${status} ${body.message ?? ''}`,
    byZod: fault === undefined ? undefined : `${fault.path}: ${fault.message}`,
  };
}

describe('the schemas', () => {
  it('accept and refuse the same 2,000 objects as the API server under strict field validation', async () => {
    const queue = fc.sample(manifests, { numRuns: objects, seed: 20_261_124 });
    const verdicts: Verdict[] = [];
    const work = async (): Promise<void> => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) verdicts.push(await judge(next));
    };
    await Promise.all(Array.from({ length: atOnce }, work));

    const differing = verdicts.filter(({ byServer, byZod }) => (byServer === undefined) !== (byZod === undefined));
    expect(
      differing
        .slice(0, 10)
        .map(({ manifest, ...rest }) => ({ ...rest, manifest: JSON.stringify(manifest).slice(0, 900) })),
    ).toEqual([]);
    expect(differing.length).toBe(0);
    const accepted = verdicts.filter(({ byServer }) => byServer === undefined).length;
    expect(verdicts.length).toBe(objects);
    expect(accepted).toBeGreaterThan(objects / 5);
    expect(objects - accepted).toBeGreaterThan(objects / 5);
  });

  it('are explained by kubectl in the words of the documentation', async () => {
    const { stdout } = await cluster.kubectl([
      'explain',
      'component.spec.owner',
      '--api-version=portolan.dev/v1alpha1',
    ]);
    expect(stdout).toContain('The team or person who answers for it');
    expect(stdout).toContain('FIELD: owner <string>');
  });

  it('name the field and the fix when the API server refuses an object', async () => {
    const base = { apiVersion: 'portolan.dev/v1alpha1', kind: 'Component', metadata: { name: 'refused' } };
    const refusal = async (spec: object, metadata: object = base.metadata): Promise<string> => {
      const { status, body } = await cluster.request<{ message: string }>(
        'POST',
        '/apis/portolan.dev/v1alpha1/namespaces/default/components?dryRun=All&fieldValidation=Strict',
        { ...base, metadata, spec },
      );
      return `${status} ${body.message}`;
    };
    const valid = { type: 'service', lifecycle: 'production', owner: 'team-a' };
    expect(await refusal({ ...valid, owner: undefined })).toMatch(/^422 .*spec\.owner: Required value/);
    expect(await refusal({ ...valid, onwer: 'x' })).toMatch(/^400 .*unknown field "spec\.onwer"/);
    expect(await refusal({ ...valid, dependsOn: ['database'] })).toMatch(/^422 .*spec\.dependsOn\[0\]/);
    expect(await refusal({ ...valid, entityName: 'Billing' })).toMatch(
      /^422 .*metadata\.name must be spec\.entityName in lower case/,
    );
    expect(await refusal(valid, { name: 'n'.repeat(64) })).toMatch(
      /^422 .*metadata\.name must have at most 63 characters/,
    );
  });

  it('keep the entity name of an object as it was created', async () => {
    const namespace = await cluster.namespace('naming');
    const path = `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/users`;
    const manifest = {
      apiVersion: 'portolan.dev/v1alpha1',
      kind: 'User',
      metadata: { name: 'ada-l' },
      spec: { entityName: 'Ada_L' },
    };
    expect((await cluster.request('POST', path, manifest)).status).toBe(201);
    for (const entityName of ['Ada.L', null]) {
      const answer = await cluster.request<{ message: string }>(
        'PATCH',
        `${path}/ada-l`,
        { spec: { entityName } },
        'application/merge-patch+json',
      );
      expect([answer.status, answer.body.message]).toEqual([
        422,
        expect.stringContaining('neither added, changed nor removed'),
      ]);
    }
  });
});
