import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalApi, portolanDefinitions } from '@portolan/local';
import { afterAll, beforeAll, inject } from 'vitest';
import { renderFor } from '../control-plane/kubeconfig.ts';
import { createKubectl } from '../control-plane/kubectl.ts';
import { toolsOfBinary } from '../control-plane/tools.ts';
import type {} from '../testing/control-plane-setup.ts';
import { createClient } from './client.ts';
import { describeWithSubjects } from './conformance.ts';
import { describeKubectl, type KubectlTarget } from './kubectl.ts';
import { localTarget } from './local-target.ts';

// Among the tests with a control plane only for its binary, which holds kubectl.
const shared = inject('controlPlane');
const api = createLocalApi({ crds: portolanDefinitions() });
let directory: string;
let target: KubectlTarget;

beforeAll(async () => {
  const server = await api.listen();
  directory = await mkdtemp(join(shared.directory, 'local-'));
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, renderFor('local', { server }, {}));
  const command = toolsOfBinary(shared.binary).kubectl;
  const kubectl = createKubectl({ command, kubeconfig, directory });
  target = { ...localTarget(createClient({ server })), kubectl, command, kubeconfig };
});
afterAll(async () => {
  await target.client.close();
  await api.close();
  await rm(directory, { recursive: true });
});

describeWithSubjects(
  'kubectl with the local API',
  () => target,
  () => describeKubectl(() => target),
);
