import { z } from 'zod';
import { list, text } from '../schema/fields.ts';
import { conditionsOf, entityStatus } from '../status/status.ts';
import { clusterNames, maxSources } from './cluster-names.ts';
import type { CustomKind } from './custom-kind.ts';
import { age } from './kinds.ts';

const clusterSpec = z.strictObject({
  title: text(200, 1).optional().describe('A name for people; without it the cluster is shown by its name.'),
  description: text(8192).optional().describe('What runs there and who looks after it, in plain text or Markdown.'),
});

const source = z.object({
  resource: text(317, 1).describe('Full name of the resource, such as pods or deployments.apps.'),
  kind: text(63, 1).describe('Kind of its objects.'),
  namespace: text(63, 1)
    .optional()
    .describe('The namespace that is watched; left out where it is so wherever the operator watches.'),
  synced: z.boolean().describe('Whether it has been read completely since the operator started.'),
  connected: z.boolean().describe('Whether changes arrive.'),
  reason: text(63, 1).optional().describe('Why they do not, in one word.'),
  since: text(64).meta({ format: 'date-time' }).describe('Since when it is so.'),
});

const clusterStatus = entityStatus.pick({ observedGeneration: true }).extend({
  conditions: conditionsOf('SourcesSynced: whether the operator sees everything that it watches.'),
  sources: list(source, maxSources)
    .optional()
    .describe('What the operator watches, and how that goes. Written when it changes, at most 200.'),
});

/** Where the operator reports how its own watching goes. No entity: it is no part of the catalog. */
export const clusterKind: CustomKind = {
  ...clusterNames,
  categories: ['portolan'],
  description:
    'Cluster is a cluster that Portolan watches, and how that goes. The operator keeps the one named local, in its own namespace; what is known of workloads is as current as its sources.',
  spec: clusterSpec,
  status: clusterStatus,
  specRules: [],
  transitionRules: [],
  objectRules: [],
  columns: [
    {
      name: 'Synced',
      jsonPath: '.status.conditions[?(@.type=="SourcesSynced")].status',
      description: 'Whether everything that is watched is seen',
    },
    {
      name: 'Reason',
      jsonPath: '.status.conditions[?(@.type=="SourcesSynced")].reason',
      description: 'Why it is, or is not',
    },
    age,
    {
      name: 'Message',
      jsonPath: '.status.conditions[?(@.type=="SourcesSynced")].message',
      wide: true,
      description: 'What is not seen',
    },
  ],
  selectableFields: [],
};

export type ClusterSpec = z.input<typeof clusterSpec>;
export type ClusterStatus = z.infer<typeof clusterStatus>;
/** How one of the operator's watches goes. */
export type ClusterSource = z.infer<typeof source>;

/** A Cluster as the API server hands it out. */
export interface ClusterResource {
  apiVersion: string;
  kind: 'Cluster';
  metadata: { name: string; namespace: string; uid: string; resourceVersion: string; generation?: number };
  spec: ClusterSpec;
  status?: ClusterStatus;
}
