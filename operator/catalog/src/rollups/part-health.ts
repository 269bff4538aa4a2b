import type { Verdict } from '@portolan/crds';
import type { CatalogEntity, EntityId } from '../model.ts';

/**
 * Worst first (design §3.1). Suspended wins only over nothing: what is scaled to zero beside what runs makes nothing
 * worse.
 */
export const worstFirst: readonly Verdict[] = ['Degraded', 'Unknown', 'Progressing', 'Healthy', 'Suspended'];

/** The first verdicts of {@link worstFirst}, which are named among the worst: the others are no trouble. */
export const troubles = 3;

/** Of an entity that is no part of anything. */
const noPart = 0;
/** Of a part that has nothing linked: it says nothing about what runs. */
const withoutHealth = 1;
/** Of a part with the first verdict of {@link worstFirst}; the others follow. */
const firstVerdict = 2;

/** The kinds that can link workloads, and so have health of their own. */
const partKinds: ReadonlySet<string> = new Set(['Component', 'Resource']);

/** Verdicts and reasons of all parts by id, in a form of which 10,000 are read in microseconds. */
export class PartHealth {
  #codes = new Uint8Array(1_024);
  readonly #reasons: (string | undefined)[] = [];

  /** @returns whether a roll-up with this part may have changed */
  set(id: EntityId, entity: Pick<CatalogEntity, 'kind' | 'status'>): boolean {
    const health = entity.status.portolan.health;
    const code = codeOf(entity.kind, health);
    const reason = code < firstVerdict ? undefined : reasonOf(health);
    const isChanged = this.#codes[id] !== code || this.#reasons[id] !== reason;
    this.#store(id, code, reason);
    return isChanged;
  }

  delete(id: EntityId): void {
    this.#store(id, noPart, undefined);
  }

  isPart(id: EntityId): boolean {
    return (this.#codes[id] ?? noPart) !== noPart;
  }

  /** The index of the verdict in {@link worstFirst}; -1 without health. */
  rankOf(id: EntityId): number {
    return (this.#codes[id] ?? withoutHealth) - firstVerdict;
  }

  reasonOf(id: EntityId): string {
    return this.#reasons[id] ?? '';
  }

  #store(id: EntityId, code: number, reason: string | undefined): void {
    if (id >= this.#codes.length) {
      const grown = new Uint8Array(Math.max(id + 1, this.#codes.length * 2));
      grown.set(this.#codes);
      this.#codes = grown;
    }
    this.#codes[id] = code;
    this.#reasons[id] = reason;
  }
}

type Health = CatalogEntity['status']['portolan']['health'];

/** A verdict that this release does not know is Unknown: it must not be lost, and never green. */
function codeOf(kind: string, health: Health): number {
  if (!partKinds.has(kind)) {
    return noPart;
  }
  if (typeof health?.verdict !== 'string') {
    return withoutHealth;
  }
  const rank = worstFirst.indexOf(health.verdict);
  return firstVerdict + (rank === -1 ? worstFirst.indexOf('Unknown') : rank);
}

function reasonOf(health: Health): string {
  return typeof health?.reason === 'string' ? health.reason : 'NoReason';
}
