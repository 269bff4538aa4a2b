import {
  apiVersion,
  type Condition,
  type EntityKind,
  type EntityResource,
  type EntitySpec,
  type EntityStatus,
  type HealthStatus,
  type WorkloadStatus,
} from '@portolan/crds';

/** The moment at which the test company is looked at. */
export const now = Date.parse('2026-11-24T10:00:00Z');

export function minutesAgo(minutes: number): string {
  return new Date(now - minutes * 60_000).toISOString();
}

export interface EntityInput {
  kind: EntityKind;
  namespace: string;
  name: string;
  spec: object;
  status?: EntityStatus | undefined;
  annotations?: Record<string, string>;
}

/** An object as the API server would hand it out after the operator has looked at it. */
export function entityResource(input: EntityInput): EntityResource {
  const { kind, namespace, name, annotations, status = { conditions: settled() } } = input;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      uid: `${kind}-${namespace}-${name}`.toLowerCase(),
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: minutesAgo(60 * 24 * 40),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: input.spec as EntitySpec,
    status: { observedGeneration: 1, ...status },
  };
}

function condition(type: string, status: Condition['status'], reason: string, message: string): Condition {
  return { type, status, reason, message, lastTransitionTime: minutesAgo(60 * 24 * 12), observedGeneration: 1 };
}

/** Conditions of an entity that is accepted; `dangling` names refs without a target. */
export function settled(options: { dangling?: readonly string[]; linked?: boolean } = {}): Condition[] {
  const { dangling = [], linked } = options;
  const resolved =
    dangling.length === 0
      ? condition('RefsResolved', 'True', 'AllResolved', 'All 3 references have a target.')
      : condition(
          'RefsResolved',
          'False',
          'DanglingRefs',
          `${dangling.length} references have no target: ${dangling.join(', ')}. Create them or correct the spelling.`,
        );
  const conditions = [condition('Ready', 'True', 'Accepted', 'Accepted and indexed.'), resolved];
  if (linked === true) {
    conditions.push(condition('WorkloadsLinked', 'True', 'Linked', 'Workloads are linked.'));
  }
  return conditions;
}

/** The status of an entity with workloads: their sum, and the health that the worst of them gives. */
export function runningStatus(items: readonly WorkloadStatus[], health: HealthStatus): EntityStatus {
  const sum = (pick: (item: WorkloadStatus) => number) => items.reduce((total, item) => total + pick(item), 0);
  return {
    conditions: settled({ linked: true }),
    workloads: {
      total: items.length,
      desired: sum((item) => item.desired),
      ready: sum((item) => item.ready),
      items: [...items],
    },
    health,
  };
}

export function healthyDeployment(namespace: string, name: string, replicas = 3): EntityStatus {
  const item: WorkloadStatus = {
    kind: 'Deployment',
    namespace,
    name,
    link: 'Label',
    desired: replicas,
    ready: replicas,
    images: [`registry.lumen.example/${namespace}/${name}:v2.14.0`],
    verdict: 'Healthy',
    reason: 'Ready',
  };
  return runningStatus([item], {
    verdict: 'Healthy',
    reason: 'Ready',
    message: `Deployment ${name}: ${replicas} of ${replicas} replicas are ready.`,
    since: minutesAgo(60 * 31),
  });
}
