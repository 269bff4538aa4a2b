import { prevailingClaim, type Claim } from '@portolan/crds';
import type { EntityId } from '../model.ts';

interface Claimant {
  readonly id: EntityId;
  readonly ref: string;
  readonly claim: Claim;
}

/** Who claims which ref. Nearly every ref has one claimant, which then needs no list. */
export class Claims<T extends Claimant> {
  readonly #claimants = new Map<string, T | T[]>();

  /** The claimant that serves a ref. */
  prevailing(ref: string): T | undefined {
    const claimants = this.#claimants.get(ref);
    return Array.isArray(claimants) ? claimants[0] : claimants;
  }

  /** Whether a newcomer leaves its ref to another. */
  wouldLose({ ref, claim }: Pick<Claimant, 'ref' | 'claim'>): boolean {
    const served = this.prevailing(ref);
    return served !== undefined && prevailingClaim(served.claim, claim) === served.claim;
  }

  add(claimant: T): void {
    const others = this.#claimants.get(claimant.ref);
    if (others === undefined) {
      this.#claimants.set(claimant.ref, claimant);
      return;
    }
    this.#claimants.set(claimant.ref, prevailingFirst([...(Array.isArray(others) ? others : [others]), claimant]));
  }

  /** New content of a claimant whose ref and claim stay the same. */
  replace(before: T, after: T): void {
    const claimants = this.#claimants.get(before.ref);
    this.#claimants.set(
      before.ref,
      Array.isArray(claimants) ? claimants.map((other) => (other.id === before.id ? after : other)) : after,
    );
  }

  delete({ id, ref }: Pick<Claimant, 'id' | 'ref'>): void {
    const claimants = this.#claimants.get(ref);
    const others = Array.isArray(claimants) ? claimants.filter((other) => other.id !== id) : [];
    const [only] = others;
    if (only === undefined) {
      this.#claimants.delete(ref);
    } else {
      this.#claimants.set(ref, others.length === 1 ? only : prevailingFirst(others));
    }
  }
}

function prevailingFirst<T extends Claimant>(claimants: readonly T[]): T[] {
  const winner = claimants.reduce((a, b) => (prevailingClaim(a.claim, b.claim) === a.claim ? a : b));
  return [winner, ...claimants.filter((claimant) => claimant !== winner)];
}
