import { createLocalApi, portolanDefinitions } from '@portolan/local';
import { afterAll, beforeAll } from 'vitest';
import { createClient } from './client.ts';
import { describeConformance, describeWithSubjects } from './conformance.ts';
import { localTarget } from './local-target.ts';
import type { Target } from './target.ts';

const api = createLocalApi({ crds: portolanDefinitions() });
let target: Target;

beforeAll(async () => {
  target = localTarget(createClient({ server: await api.listen() }));
});
afterAll(async () => {
  await target.client.close();
  await api.close();
});

describeWithSubjects(
  'the local API',
  () => target,
  () => describeConformance(() => target),
);
