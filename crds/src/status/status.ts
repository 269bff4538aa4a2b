import { z } from 'zod';
import { list, set, text } from '../schema/fields.ts';

/** Shape of `.status`. Only the operator writes it, so the API server's schema is the only check. */

const condition = z.object({
  type: text(316, 1).describe('Name of the condition.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('True, False or Unknown.'),
  reason: text(1024, 1)
    .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
    .describe('One word for the last transition.'),
  message: text(32_768).describe('What it means, for people.'),
  lastTransitionTime: text(64).meta({ format: 'date-time' }).describe('When the status of the condition last changed.'),
  observedGeneration: z
    .int()
    .min(0)
    .optional()
    .meta({ format: 'int64' })
    .describe('The generation that it was judged by.'),
});

/** A list of conditions, keyed by type. */
export const conditionsOf = (description: string) =>
  z
    .array(condition)
    .max(20)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .describe(description);

const verdict = z
  .enum(['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Unknown'])
  .describe('Healthy, Progressing, Degraded, Suspended, or Unknown where it cannot be told.');

const evidence = z.object({
  kind: text(63, 1).describe('Kind of the object.'),
  namespace: text(63).describe('Namespace of the object; empty for one without.'),
  name: text(253, 1).describe('Name of the object.'),
  container: text(63, 1).optional().describe('The container of a pod.'),
  reason: text(1024, 1).describe('What was found there, in one word.'),
  message: text(1024).optional().describe('What was found there.'),
});

const workload = z.object({
  kind: text(63, 1).describe('Kind of the workload.'),
  namespace: text(63, 1).describe('Namespace of the workload.'),
  name: text(253, 1).describe('Name of the workload.'),
  link: z
    .enum(['Annotation', 'Label', 'Spec', 'Name'])
    .describe('Why it is linked: an annotation of the entity, a label of the workload, spec.workloads, or its name.'),
  shared: z.boolean().optional().describe('Whether other entities link it, too.'),
  supporting: z.boolean().optional().describe('Whether it only supports what runs, as a Service does.'),
  desired: z.int().min(0).meta({ format: 'int32' }).describe('Replicas that there should be.'),
  ready: z.int().min(0).meta({ format: 'int32' }).describe('Replicas that are ready.'),
  images: list(text(1024, 1), 20).optional().describe('The images that it runs.'),
  verdict,
  reason: text(1024, 1).describe("The verdict's reason, in one word."),
  message: text(1024).optional().describe("The verdict's reason, for people."),
});

const more = z.int().min(0).optional().meta({ format: 'int32' }).describe('How many more there are than are shown.');

const nextStep = z.object({
  text: text(512, 1).describe('What to do about it, for people.'),
  command: text(1024, 1).optional().describe('The kubectl command to begin with. It reads, unless the text says else.'),
});

const gap = z.object({
  kind: text(63, 1).describe('Kind of what is not known.'),
  namespace: text(63).describe('Namespace of the object; empty for one without.'),
  name: text(253, 1).optional().describe('Name of the object; left out where all of the kind are meant.'),
  reason: text(1024, 1).describe('Why it is not known, in one word.'),
});

const lastKnown = z.object({
  verdict,
  reason: text(1024, 1).describe('Why it was so, in one word.'),
  message: text(1024).describe('Why it was so, for people.'),
  since: text(64).meta({ format: 'date-time' }).describe('Since when it was so.'),
});

/** `.status` of every entity kind. */
export const entityStatus = z.object({
  observedGeneration: z
    .int()
    .optional()
    .meta({ format: 'int64', default: -1 })
    .describe('The generation that this status describes; -1 before the operator has seen the object.'),
  conditions: conditionsOf('Ready, RefsResolved and, where workloads are linked, WorkloadsLinked.'),
  refs: z
    .object({
      total: z.int().min(0).meta({ format: 'int32' }).describe('How many entities it names.'),
      dangling: set(text(253, 1), 20).optional().describe('Those of them that do not exist, in canonical form.'),
      more,
    })
    .optional()
    .describe('The entities that it names.'),
  ownerRef: text(253).optional().describe('The owner in canonical form, kind:namespace/name.'),
  systemRef: text(253).optional().describe('The System in canonical form, kind:namespace/name.'),
});

/** The parts that kinds with workloads have. */
export const workloadStatusFields = {
  workloads: z
    .object({
      total: z.int().min(0).meta({ format: 'int32' }).describe('How many workloads are linked.'),
      desired: z.int().min(0).meta({ format: 'int32' }).describe('Replicas that there should be, in all of them.'),
      ready: z.int().min(0).meta({ format: 'int32' }).describe('Replicas that are ready, in all of them.'),
      items: list(workload, 20).optional().describe('The workloads, at most 20.'),
      more,
    })
    .optional()
    .describe('The workloads that run it.'),
  health: z
    .object({
      verdict,
      reason: text(1024, 1).describe('Why, in one word.'),
      message: text(1024).describe('Why, for people.'),
      since: text(64).meta({ format: 'date-time' }).describe('Since when the verdict is this one.'),
      nextStep: nextStep.optional().describe('What to do about it.'),
      lastKnown: lastKnown
        .optional()
        .describe('What was known before the objects behind it could no longer be read; only beside Unknown.'),
      gaps: list(gap, 10).optional().describe('What the verdict was reached without, at most 10.'),
      evidence: list(evidence, 10).optional().describe('The objects that the verdict comes from, at most 10.'),
      more,
    })
    .optional()
    .describe('How the workloads are, the worst first.'),
};

export const linkingEntityStatus = entityStatus.extend(workloadStatusFields);

export type EntityStatus = z.infer<typeof linkingEntityStatus>;
export type Condition = z.infer<typeof condition>;
export type Evidence = z.infer<typeof evidence>;
export type NextStep = z.infer<typeof nextStep>;
export type HealthGap = z.infer<typeof gap>;
export type LastKnown = z.infer<typeof lastKnown>;
export type Verdict = z.infer<typeof verdict>;
export type HealthStatus = NonNullable<EntityStatus['health']>;
export type WorkloadsStatus = NonNullable<EntityStatus['workloads']>;
export type WorkloadStatus = z.infer<typeof workload>;
