import { z } from 'zod';

const entityRef = z
  .string('must be an entity ref such as component:default/web')
  .describe('The entity whose objects are asked for, `kind:namespace/name`.');
const auth = z.unknown().optional().describe('Credentials for clusters. Portolan reads with its own: it is ignored.');

/** POST /resources/workloads/query */
export const workloadsBody = z.object({ entityRef, auth });

const part = 'must be a text of at most 253 characters';
const plural = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** POST /resources/custom/query */
export const customBody = z.object({
  entityRef,
  auth,
  customResources: z
    .array(
      z.object({
        group: z.string(part).max(253, part).describe('Empty for the core group.'),
        apiVersion: z
          .string('must be a version such as v1alpha1')
          .regex(/^v[0-9]{1,5}([a-z]{1,10}[0-9]{1,5})?$/, 'must be a version such as v1alpha1'),
        plural: z
          .string('must be the plural name of a resource')
          .regex(plural, 'must be the plural name of a resource'),
      }),
      'must be a list of {"group", "apiVersion", "plural"}',
    )
    .min(1, 'must name at least one resource')
    .max(20, 'must not name more than 20 resources'),
});

/** POST /services/:serviceId */
export const servicesBody = z.object({
  entity: z
    .object(
      {
        kind: z.string('must be the kind of the entity'),
        metadata: z.object(
          {
            name: z.string('must be the name of the entity'),
            namespace: z.string('must be the namespace of the entity').optional(),
          },
          'must hold the name of the entity',
        ),
      },
      'must be the entity whose objects are asked for',
    )
    .describe('Read for its kind, namespace and name only; the rest is taken from the catalog.'),
  auth,
});

export const serviceParams = z.object({
  serviceId: z.string().describe('The name of the entity; the body decides.'),
});
export const noQuery = z.looseObject({});

const fetchError = z.object({
  errorType: z.string(),
  statusCode: z.int().optional(),
  resourcePath: z.string().optional(),
  message: z.string().optional(),
});

/** The shapes that leave, for the API description. */
export const kubernetesAnswers = z.registry<{ id: string; description?: string }>();

kubernetesAnswers.add(
  z.object({
    items: z.array(
      z.object({
        type: z.enum(['Normal', 'Warning']),
        reason: z.string(),
        count: z.int(),
        firstAt: z.string().optional(),
        lastAt: z.string().optional(),
        component: z.string().optional(),
        container: z.string().optional(),
      }),
    ),
    errors: z.array(fetchError),
    more: z.int().optional(),
  }),
  { id: 'ObjectEvents', description: 'The newest first, at most 100, without their messages.' },
);
kubernetesAnswers.add(z.object({ items: z.array(z.object({ name: z.string(), authProvider: z.string() })) }), {
  id: 'ClusterList',
});
kubernetesAnswers.add(
  z.object({
    items: z.array(
      z.object({
        cluster: z.object({ name: z.string() }),
        resources: z.array(
          z.object({
            type: z.string().describe('`deployments`, `pods`, `customresources` and so on.'),
            resources: z.array(z.record(z.string(), z.unknown())),
          }),
        ),
        podMetrics: z.array(z.record(z.string(), z.unknown())),
        errors: z.array(fetchError),
      }),
    ),
  }),
  {
    id: 'ObjectsByEntity',
    description: 'Objects of the cluster as they are, without secrets. What could not be read is in `errors`.',
  },
);
