import {
  createAcceptance,
  createComposer,
  createEntityStores,
  createLinker,
  createLostSweep,
  createRelations,
  createWorkloadFragments,
  createWorkloadStores,
  ownerIndexes,
  trimNamespace,
  trimPod,
  trimReplicaSet,
  watchRefs,
  watchWorkloads,
  withLostSources,
  workloadIndexes,
  workloadTrimmer,
  type Composer,
  type SourceReport,
  type WorkloadInformers,
} from '@portolan/controllers';
import type { EntityKind } from '@portolan/crds';
import { createAdaptiveLimit, createStatusWriter, type Elector } from '@portolan/runtime';
import {
  entityResources,
  namespaceResource,
  podResource,
  replicaSetResource,
  workloadResources,
} from '../resources.ts';
import { startWhenListed } from '../start-when-listed.ts';
import { addWatch, type EntityInformers, type Ground } from './ground.ts';

/** The controllers, one composer per kind, and the watches on workloads. They watch always and write when elected. */
export function addOperator(
  ground: Ground,
  parts: { entityInformers: EntityInformers; report: SourceReport; elector: Elector | undefined },
): void {
  const { entityInformers, report, elector } = parts;
  const { config, clock, random, log, metrics, transport, lifecycle, inform } = ground;
  const workloadInformers: WorkloadInformers = {
    workloads: new Map(
      [...workloadResources].map(([kind, resource]) => [
        kind,
        inform({ resource, transform: workloadTrimmer(kind), indexes: workloadIndexes }),
      ]),
    ),
    replicaSets: inform({ resource: replicaSetResource, transform: trimReplicaSet, indexes: ownerIndexes }),
    pods: inform({ resource: podResource, transform: trimPod, indexes: ownerIndexes }),
    namespaces:
      config['watch-namespaces'] === undefined
        ? inform({ resource: namespaceResource, transform: trimNamespace })
        : undefined,
  };
  const watched = [
    ...workloadInformers.workloads.values(),
    workloadInformers.replicaSets,
    workloadInformers.pods,
    ...(workloadInformers.namespaces === undefined ? [] : [workloadInformers.namespaces]),
  ];

  const kinds = [...entityResources.keys()];
  const entities = createEntityStores(entityInformers);
  const workloads = createWorkloadStores(workloadInformers);
  const linker = createLinker(entities, workloads);
  const fragments = [
    createAcceptance(entities),
    createRelations(entities, kinds).source,
    withLostSources({ source: createWorkloadFragments({ linker, workloads }), losses: () => report.losses() }),
  ];
  const writes = createAdaptiveLimit({ clock, onChange: (limit) => metrics.writeLimit(limit) });
  const composers = new Map<EntityKind, Composer>(
    [...entityResources].map(([kind, resource]) => {
      const writer = createStatusWriter({ transport, resource, clock, metrics, log, fence: elector });
      return [
        kind,
        createComposer({ kind, entities, sources: fragments, writer, clock, random, log, metrics, writes }),
      ];
    }),
  );
  watchRefs({ entities, kinds, enqueue: ({ kind, key }, where) => composers.get(kind)?.enqueue(key, where) });
  watchWorkloads({
    informers: workloadInformers,
    workloads,
    entities,
    linker,
    enqueue: ({ kind, key }) => composers.get(kind)?.enqueue(key),
  });

  const sweep = createLostSweep({
    report,
    entities,
    enqueue: ({ kind, key }, where) => composers.get(kind)?.enqueue(key, where),
    clock,
  });
  lifecycle.add({ name: 'lost sources', start: (signal) => sweep.run(signal) });
  lifecycle.add({
    name: 'status',
    start: startWhenListed({
      composers,
      entities,
      informers: [...entityInformers.values(), ...watched],
      elector,
      clock,
    }),
  });
  for (const informer of watched) addWatch(ground, informer, { isRequired: false });
}
