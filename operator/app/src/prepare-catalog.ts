import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Catalog, OrderField, UsualQuestions } from '@portolan/catalog';

function ascending(...fields: readonly string[]): OrderField[] {
  return fields.map((field) => ({ field, direction: 'asc' }));
}

const paths = [
  'kind',
  'spec.type',
  'spec.lifecycle',
  'spec.owner',
  'metadata.namespace',
  'metadata.tags',
  'status.portolan.health.verdict',
  'status.portolan.rollup.verdict',
];

/** What the first page of the UI, its search field, and Backstage's own pages ask for. */
const usualQuestions: UsualQuestions = {
  orders: [[], ascending('metadata.name'), ascending('kind', 'metadata.namespace', 'metadata.name')],
  paths,
  textPaths: ['metadata.name', 'metadata.title', 'metadata.description', 'spec.profile.displayName'],
};

/**
 * Once all entities are there, builds what is usually asked for, in a turn of the event loop for each part, so that no
 * request waits for all of it.
 *
 * @returns the number of parts done; 0 when aborted before
 */
export async function prepareCatalog(options: {
  catalog: Catalog;
  informers: Iterable<{ synced: Promise<void> }>;
  signal: AbortSignal;
}): Promise<number> {
  const { catalog, informers, signal } = options;
  await Promise.all(Array.from(informers, ({ synced }) => synced));
  // Entities of the last lists reach the catalog at the end of their turn.
  await nextTurn();
  let parts = 0;
  for (const _ of signal.aborted ? [] : catalog.prepare(usualQuestions)) {
    parts++;
    await nextTurn();
    if (signal.aborted) {
      break;
    }
  }
  return parts;
}
