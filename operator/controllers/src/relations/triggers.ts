import type { EntityKind } from '@portolan/crds';
import { lowPriority } from '@portolan/runtime';
import type { EntityKey, EntityStores } from '../entities/entity-stores.ts';

/**
 * Enqueues whoever is concerned when an entity comes or goes: everything that names its ref, also while the ref
 * dangles, and the other objects that claim the same ref. Fan-out runs below live changes.
 */
export function watchRefs(options: {
  entities: EntityStores;
  kinds: readonly EntityKind[];
  enqueue: (target: EntityKey, options: { priority: number }) => void;
}): void {
  const { entities, kinds, enqueue } = options;
  for (const kind of kinds) {
    entities.store(kind).subscribe((change) => {
      if (change.type === 'updated') return;
      const { ref } = change.object;
      for (const referrer of entities.referrers(ref)) enqueue(referrer, { priority: lowPriority });
      for (const claimant of entities.claimants(ref)) {
        const key = `${claimant.metadata.namespace}/${claimant.metadata.name}`;
        if (key !== change.key) enqueue({ kind: claimant.kind, key }, { priority: lowPriority });
      }
    });
  }
}
