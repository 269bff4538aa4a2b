import {
  createAcceptance,
  createComposer,
  createEntityStores,
  createLinker,
  createLostSweep,
  createRelations,
  createWorkloadFragments,
  createWorkloadInformers,
  createWorkloadStores,
  informersByKind,
  watchRefs,
  watchWorkloads,
  withLostSources,
  type Composer,
  type SourceReport,
} from '@portolan/controllers';
import type { EntityKind } from '@portolan/crds';
import { createAdaptiveLimit, createStatusWriter, type Elector } from '@portolan/runtime';
import { entityResources } from '../resources.ts';
import { startWhenListed } from '../start-when-listed.ts';
import { addWatch, type EntityInformers, type Ground } from './ground.ts';

/** The controllers, one composer per kind, and the watches on workloads. They watch always and write when elected. */
export function addOperator(
  ground: Ground,
  parts: { entityInformers: EntityInformers; report: SourceReport; elector: Elector | undefined },
): void {
  const { entityInformers, report, elector } = parts;
  const { config, clock, random, log, metrics, transport, lifecycle, inform } = ground;
  const workloadInformers = createWorkloadInformers({
    inform,
    kinds: config['workload-kinds'],
    isClusterWide: config['watch-namespaces'] === undefined,
  });
  const watched = [...informersByKind(workloadInformers).values()];

  const kinds = [...entityResources.keys()];
  const entities = createEntityStores(entityInformers);
  const workloads = createWorkloadStores(workloadInformers);
  const linker = createLinker(entities, workloads);
  const fragments = [
    createAcceptance(entities),
    createRelations(entities, kinds).source,
    withLostSources({
      source: createWorkloadFragments({ linker, workloads, grace: config['grace-periods'] }),
      losses: () => report.losses(),
    }),
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
    enqueue: ({ kind, key }, where) => composers.get(kind)?.enqueue(key, where),
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
