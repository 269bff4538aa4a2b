/** The shapes that leave, for the API description; answers are assembled from bytes and not validated again. */
import { z } from 'zod';

export const answerSchemas = z.registry<{ id: string; description?: string }>();

const text = z.string();

const count = z.int().min(0);
const verdict = z.enum(['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Unknown']);

const healthCounts = z.object({
  verdict: verdict.optional().describe('Left out when no part has health.'),
  total: count.describe('All parts.'),
  counts: z.record(verdict, count).describe('The parts that have health, by verdict.'),
  withoutHealth: count.describe('The parts that nothing is linked to.'),
});
answerSchemas.add(healthCounts, { id: 'HealthCounts' });

const rollup = healthCounts.extend({
  reason: text.describe('That of the first of `worst`; else PartsHealthy, PartsSuspended, NoPartHasHealth or NoParts.'),
  worst: z
    .array(z.object({ ref: text, verdict, reason: text }))
    .max(10)
    .describe('Parts that are Degraded, Unknown or Progressing, in this order, then by ref.'),
  more: count.optional().describe('How many more of these there are.'),
  direct: healthCounts.optional().describe('Of a Group: what it owns itself, without its child groups.'),
});
answerSchemas.add(rollup, {
  id: 'Rollup',
  description: 'The health of a System, Domain, Group or User from the parts that the caller sees.',
});

const entity = z.looseObject({
  apiVersion: text,
  kind: text,
  metadata: z.looseObject({
    name: text,
    namespace: text,
    uid: text,
    etag: text,
    title: text.optional(),
    description: text.optional(),
    labels: z.record(text, text).optional(),
    annotations: z.record(text, text).optional(),
    tags: z.array(text).optional(),
    links: z
      .array(
        z.object({ url: text, title: text, icon: text, type: text }).partial({ title: true, icon: true, type: true }),
      )
      .optional(),
  }),
  spec: z.record(text, z.unknown()),
  relations: z.array(z.object({ type: text, targetRef: text })),
  status: z.looseObject({
    portolan: z
      .looseObject({ rollup: rollup.optional() })
      .describe('What the operator knows: refs, workloads, health; and what is rolled up when it is asked for.'),
  }),
});
answerSchemas.add(entity, { id: 'Entity', description: 'An entity. With `fields`, only the asked parts.' });

answerSchemas.add(z.array(entity), { id: 'EntityList' });

answerSchemas.add(
  z.object({
    items: z.array(entity),
    totalItems: z.int(),
    pageInfo: z.object({ nextCursor: text.optional(), prevCursor: text.optional() }),
  }),
  { id: 'EntityPage' },
);

answerSchemas.add(z.object({ items: z.array(entity.nullable()) }), {
  id: 'EntityBatch',
  description: 'In the order of the refs; null where there is no such entity.',
});

answerSchemas.add(z.object({ facets: z.record(text, z.array(z.object({ value: text, count: z.int() }))) }), {
  id: 'EntityFacets',
});

answerSchemas.add(
  z.object({
    refs: z.array(text).optional().describe('Of `changed`: what of it the caller may see.'),
    more: z.int().optional().describe('Of `changed`: how many more.'),
  }),
  {
    id: 'EventStream',
    description:
      '`ready` when nothing was missed, `changed` for what was asked for, `elsewhere` for other entities, `reset` when what was missed is not known.',
  },
);

answerSchemas.add(
  z.object({
    error: z.object({ name: text, message: text, code: text }),
    request: z.object({ method: text, url: text }).optional(),
    response: z.object({ statusCode: z.int() }),
  }),
  { id: 'Error' },
);
