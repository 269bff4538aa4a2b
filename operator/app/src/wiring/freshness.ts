import type { Losses, Watched } from '@portolan/controllers';
import { leases } from '@portolan/runtime';
import { leaseTiming } from '../election.ts';
import { createFreshness, type Freshness } from '../freshness/freshness.ts';
import { createLeaseObserver, type LeaseSight } from '../freshness/lease-observer.ts';
import type { Restatement } from '../freshness/restatement.ts';
import { trimLease } from '../freshness/trim.ts';
import { addWatch, type ClusterInformer, type EntityInformers, type Ground } from './ground.ts';
import type { OwnReport } from './source-report.ts';

/** The watches that tell whether what is known of what runs is true, and what becomes of it when they do not. */
export function addFreshness(
  ground: Ground,
  parts: {
    entityInformers: EntityInformers;
    clusters: ClusterInformer;
    self: OwnReport | undefined;
    restatement: Restatement;
  },
): Freshness {
  const { config, clock, log, lifecycle, home } = ground;
  const { entityInformers, clusters, self, restatement } = parts;
  const own: Watched[] = [...entityInformers.values(), clusters];
  let lease: { sight(): LeaseSight } | undefined;
  if (config['leader-elect']) {
    const name = config['lease-name'];
    const leaseInformer = ground.inform({
      resource: leases,
      namespaces: [home],
      fieldSelector: `metadata.name=${name}`,
      transform: trimLease,
    });
    own.push(leaseInformer);
    addWatch(ground, leaseInformer, { isRequired: false });
    lease = createLeaseObserver({
      leases: leaseInformer,
      lease: { namespace: home, name },
      timing: leaseTiming(config),
      clock,
    });
  }
  const onChange = (losses: Losses): void => restatement.set(losses);
  const freshness = createFreshness({ clusters, namespace: home, lease, self, own, clock, log, onChange });
  lifecycle.add({ name: 'freshness', start: (signal) => freshness.run(signal) });
  return freshness;
}
