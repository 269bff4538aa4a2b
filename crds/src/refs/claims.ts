/** What of an object decides whether its claim to a ref prevails. */
export interface Claim {
  metadata: { creationTimestamp?: string; uid: string };
}

/**
 * Which of two objects that claim one ref serves it: the older one, and of two of the same second the one with the
 * smaller uid. Operator and server ask this same function, so they never disagree.
 */
export function prevailingClaim<T extends Claim>(a: T, b: T): T {
  const before = secondsOf(a) - secondsOf(b);
  if (before !== 0) return before < 0 ? a : b;
  return a.metadata.uid <= b.metadata.uid ? a : b;
}

function secondsOf({ metadata }: Claim): number {
  const time = Date.parse(metadata.creationTimestamp ?? '');
  return Number.isNaN(time) ? Number.MAX_SAFE_INTEGER : time;
}
