import type { Verdict } from '@portolan/crds';
import type { EntityId, HealthCounts } from '../model.ts';
import { type PartHealth, worstFirst } from './part-health.ts';

/** How many parts there are, and how they are; a few numbers, because queries count thousands of containers. */
export class Tally {
  /** By rank. */
  readonly #byVerdict = worstFirst.map(() => 0);
  #withoutHealth = 0;

  add(id: EntityId, health: PartHealth): void {
    const rank = health.rankOf(id);
    if (rank < 0) {
      this.#withoutHealth++;
    } else {
      this.#byVerdict[rank] = (this.#byVerdict[rank] ?? 0) + 1;
    }
  }

  /** No part may be in both. */
  addAll(other: Tally): void {
    for (let rank = 0; rank < worstFirst.length; rank++) {
      this.#byVerdict[rank] = (this.#byVerdict[rank] ?? 0) + (other.#byVerdict[rank] ?? 0);
    }
    this.#withoutHealth += other.#withoutHealth;
  }

  get verdict(): Verdict | undefined {
    return worstFirst[this.#byVerdict.findIndex((count) => count > 0)];
  }

  counts(): HealthCounts {
    const { verdict } = this;
    const [Degraded = 0, Unknown = 0, Progressing = 0, Healthy = 0, Suspended = 0] = this.#byVerdict;
    return {
      ...(verdict !== undefined && { verdict }),
      total: Degraded + Unknown + Progressing + Healthy + Suspended + this.#withoutHealth,
      counts: { Degraded, Unknown, Progressing, Healthy, Suspended },
      withoutHealth: this.#withoutHealth,
    };
  }
}
