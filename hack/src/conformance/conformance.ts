import { afterAll, beforeAll, describe } from 'vitest';
import { describeChanges } from './changes.ts';
import type { Thing } from './client.ts';
import { describeLists } from './lists.ts';
import { describeSchemas } from './schemas.ts';
import { gadgets, widgets } from './subjects.ts';
import type { Target } from './target.ts';
import { describeWatches } from './watches.ts';
import { describeWrites } from './writes.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/**
 * What a Kubernetes API does, as far as Portolan relies on it. The same cases run against the real API server and against
 * the one in `@portolan/local`.
 */
export function describeConformance(target: () => Target): void {
  describeWrites(target);
  describeChanges(target);
  describeLists(target);
  describeWatches(target);
  describeSchemas(target);
}

/** Defines cases that find the kinds of `subjects.ts` served. */
export function describeWithSubjects(name: string, target: () => Target, cases: () => void): void {
  describe(name, () => {
    beforeAll(async () => {
      const { client } = target();
      for (const definition of [widgets, gadgets]) {
        const { status, body } = await client.request('POST', definitions, definition);
        if (status !== 201 && status !== 409) throw new Error(JSON.stringify(body));
        await target().eventually(`${definition.metadata.name} is served`, async () => {
          const { plural } = definition.spec.names;
          const list = await client.request<Thing | string>('GET', `/apis/${definition.spec.group}/v1/${plural}`);
          return list.status === 200 ? true : undefined;
        });
      }
    });
    afterAll(async () => {
      for (const { metadata } of [widgets, gadgets]) {
        const path = `${definitions}/${metadata.name}`;
        await target().client.request('DELETE', path);
        // The next file may want kinds of the same names.
        await target().eventually(`${metadata.name} is gone`, async () =>
          (await target().client.request('GET', path)).status === 404 ? true : undefined,
        );
      }
    });
    cases();
  });
}
