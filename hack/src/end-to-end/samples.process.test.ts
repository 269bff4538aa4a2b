import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { toolsOfBinary } from '../control-plane/tools.ts';
import { applySamples } from '../install/samples.ts';
import { operatorAccount } from '../install/install.ts';
import { checkout, paths } from '../paths.ts';
import { run } from '../process/run.ts';
import { createRandom } from '../seed/random.ts';
import { useCluster } from '../testing/cluster.ts';
import { startPortolan, type Portolan } from './portolan.ts';

const cluster = useCluster();
let portolan: Portolan;

beforeAll(async () => {
  portolan = await startPortolan({ kubeconfig: await cluster.serviceAccountKubeconfig(operatorAccount) });
  await portolan.ready();
});

afterAll(async () => {
  await portolan.stop();
});

describe('the sample company', () => {
  it('is Ready as a whole, in whatever order its files are applied', async () => {
    const kubectl = cluster.kubectl;
    await kubectl(['apply', '--server-side', '-f', join(paths.samples, 'namespaces.yaml')]);
    const folder = join(paths.samples, 'catalog');
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.yaml'));
    const random = createRandom(2_026);
    const shuffled = names.map((name) => ({ name, at: random() })).toSorted((a, b) => a.at - b.at);
    expect(shuffled.length).toBeGreaterThan(30);
    for (const { name } of shuffled) {
      const applied = await kubectl(['apply', '--server-side', '-f', join(folder, name)]);
      expect([name, applied.code, applied.stderr]).toEqual([name, 0, '']);
    }
    const waited = await kubectl(['wait', 'catalog', '--all', '-A', '--for=condition=Ready', '--timeout=60s'], {
      timeoutMs: 100_000,
    });
    expect([waited.code, waited.stderr]).toEqual([0, '']);
    expect(waited.stdout.trim().split('\n').length).toBeGreaterThanOrEqual(170);
  });

  it('has two dangling references on purpose, and no more', async () => {
    const dangling = await cluster.eventually('both are told', async () => {
      const template = '{range .items[*]}{.metadata.name} {.status.refs.dangling}{"\\n"}{end}';
      const namespaces = ['logistics', 'org', 'payments', 'platform'];
      const lines: string[] = [];
      for (const namespace of namespaces) {
        const { stdout } = await cluster.kubectl(['get', 'catalog', '-n', namespace, '-o', `jsonpath=${template}`]);
        lines.push(...stdout.split('\n').filter((line) => line.includes('[')));
      }
      return lines.length === 2 ? lines : undefined;
    });
    expect(dangling).toEqual([
      'eta-predictor ["resource:platform/feature-store"]',
      'legacy-invoicing ["group:org/team-invoicing"]',
    ]);
  });

  it('runs: broken workloads are found out, each for its reason, and the others are healthy', async () => {
    await applySamples({ kubectl: cluster.kubectl, ownsCluster: true, workloads: true, nodes: true });
    const expected: Record<string, RegExp> = {
      'logistics/customs-declarations': /^Degraded (ErrImagePull|ImagePullBackOff)$/,
      'logistics/dock-scheduler': /^Degraded CreateContainerConfigError$/,
      'logistics/carrier-edi-adapter': /^Degraded ProgressDeadlineExceeded$/,
      'logistics/eta-predictor': /^Degraded OOMKilled$/,
      'logistics/map-tiles': /^Suspended ScaledToZero$/,
      'logistics/stocktake-report': /^Suspended Suspended$/,
      'logistics/tracking-api': /^Healthy Ready$/,
      'payments/invoice-renderer': /^Healthy Ready$/,
      'payments/ledger-core': /^Healthy (Ready|Complete)$/,
    };
    for (const [name, words] of Object.entries(expected)) {
      const found = await cluster.eventually(
        `${name} is ${words}`,
        async () => {
          const entity = await portolan.client.getEntityByRef(`component:${name}`);
          const { status } = (entity ?? {}) as {
            status?: { portolan?: { health?: { verdict: string; reason: string } } };
          };
          const health = status?.portolan?.health;
          const said = `${health?.verdict} ${health?.reason}`;
          return words.test(said) ? said : undefined;
        },
        90_000,
      );
      expect(found).toMatch(words);
    }
  }, 240_000);
});

describe('the tour of the README', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portolan-tour-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('works as it is printed', async () => {
    const { binary, kubeconfig } = inject('controlPlane');
    const kubectl = join(folder, 'kubectl');
    const command = toolsOfBinary(binary).kubectl.map((part) => `'${part}'`);
    await writeFile(kubectl, `#!/bin/sh\nexport KUBECONFIG='${kubeconfig}'\nexec ${command.join(' ')} "$@"\n`, {
      mode: 0o755,
    });
    const blocks = [...readFileSync(join(checkout, 'README.md'), 'utf8').matchAll(/^```sh tour\n(.*?)^```$/gms)];
    expect(blocks.length).toBeGreaterThanOrEqual(5);
    const outputs: string[] = [];
    for (const [, block = ''] of blocks) {
      const script = block.replaceAll('./hack/kubectl', kubectl).replaceAll('http://127.0.0.1:7007', portolan.url);
      const result = await run(['bash'], ['-euo', 'pipefail', '-c', script], { cwd: checkout, timeoutMs: 90_000 });
      expect([script, result.code, result.stderr]).toEqual([script, 0, expect.not.stringContaining('rror')]);
      outputs.push(result.stdout);
    }
    const all = outputs.join('\n');
    for (const words of [
      'The team or person who answers for it',
      '"dangling":["resource:platform/feature-store"]',
      'Verdict:',
      '"totalItems"',
      '<!doctype html>',
    ]) {
      expect(all).toContain(words);
    }
  }, 240_000);
});
