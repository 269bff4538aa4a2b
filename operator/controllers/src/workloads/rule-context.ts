import type { RuleContext } from './health/context.ts';
import type { JudgedObject } from './health/finding.ts';
import { kindIdOf } from './kind-id.ts';
import type { Supporter, Supporters } from './supporters.ts';
import type { TrimmedJob } from './trim-batch.ts';
import type { TrimmedService } from './trim-network.ts';
import type { TrimmedReplicaSet } from './trim.ts';
import { inNamespaceOf } from './workload-informers.ts';
import type { Primary, WorkloadStores } from './workload-stores.ts';

/** What is the same for every object of one look at an entity. */
export type LookContext = Pick<RuleContext, 'nowMs' | 'grace' | 'troubledSinceMs'>;

/** Gathers what a rule sees beside its object. What cannot be read is left out, so that no rule claims it. */
export interface RuleContexts {
  ofPrimary(primary: Primary, look: LookContext): RuleContext;
  ofSupporter(object: Supporter, look: LookContext): RuleContext;
  /** Whether the pods of an object can be known: they, and what is between, are listed. */
  knowsPods(primary: Primary): boolean;
}

/** Creates them over the stores. */
export function createRuleContexts(options: { workloads: WorkloadStores; supporters: Supporters }): RuleContexts {
  const { workloads, supporters } = options;
  const { informers } = workloads;
  const knows = (kind: string, { metadata }: JudgedObject): boolean =>
    workloads.state(kind, metadata.namespace) === 'synced';
  const claimOf = (object: JudgedObject): Pick<RuleContext, 'claim'> =>
    knows('PersistentVolumeClaim', object)
      ? { claim: (name) => informers.claims.store.get(inNamespaceOf(object, name)) }
      : {};

  return {
    knowsPods: (primary) => {
      const between = kindIdOf(primary) === 'Deployment' ? ['ReplicaSet', 'Pod'] : ['Pod'];
      return between.every((kind) => knows(kind, primary));
    },
    ofPrimary: (primary, look) => {
      // In one order, whichever came first: what is shown of them must not change with a restart.
      const context: RuleContext = { ...look, pods: workloads.podsOf(primary).toSorted(byName), ...claimOf(primary) };
      switch (kindIdOf(primary)) {
        case 'Deployment':
          if (knows('ReplicaSet', primary)) {
            context.replicaSets = (workloads.partsOf(primary, 'ReplicaSet') as TrimmedReplicaSet[]).sort(byName);
          }
          return context;
        case 'CronJob':
          if (knows('Job', primary)) context.jobs = (workloads.partsOf(primary, 'Job') as TrimmedJob[]).sort(byName);
          return context;
        default:
          return context;
      }
    },
    ofSupporter: (object, look) => {
      const context: RuleContext = { ...look, pods: [] };
      switch (object.kind) {
        case 'Service': {
          const service = object as TrimmedService;
          const behind = supporters.behindService(service);
          context.isScaledToZero = behind.length > 0 && behind.every(isScaledToZero);
          if (knows('EndpointSlice', object)) context.endpointSlices = supporters.slicesOf(service);
          return context;
        }
        case 'Ingress':
          if (knows('Service', object)) {
            context.hasService = (name) => informers.services.store.get(inNamespaceOf(object, name)) !== undefined;
          }
          return context;
        case 'PersistentVolumeClaim':
          if (workloads.state('StorageClass') === 'synced') {
            context.bindingMode = (name) => informers.storageClasses?.store.get(name)?.bindingMode;
          }
          return context;
        default:
          return context;
      }
    },
  };
}

/** Nothing of it should run, by its own spec. */
export function isScaledToZero(primary: Primary): boolean {
  switch (kindIdOf(primary)) {
    case 'Deployment':
    case 'StatefulSet':
    case 'ReplicaSet':
      return 'desired' in primary && primary.desired === 0;
    default:
      return false;
  }
}

function byName(a: { metadata: { name: string } }, b: { metadata: { name: string } }): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
