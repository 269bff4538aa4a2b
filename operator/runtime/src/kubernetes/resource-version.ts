const decimal = /^[1-9][0-9]*$/;

/**
 * Compares two resourceVersions of one resource: negative when `a` is older, 0 when equal, positive when newer.
 * Undefined when either is not a decimal number without leading zeros: the caller then must not rely on an order
 * (KEP-5504; comparable since Kubernetes 1.35, and in practice on every etcd-backed server before).
 */
export function compareResourceVersions(a: string, b: string): number | undefined {
  if (!decimal.test(a) || !decimal.test(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether `a` is surely older than `b`. */
export function isOlder(a: string, b: string): boolean {
  const order = compareResourceVersions(a, b);
  return order !== undefined && order < 0;
}

/** Whether `a` is surely at least `b`. */
export function isAtLeast(a: string, b: string): boolean {
  const order = compareResourceVersions(a, b);
  return order !== undefined && order >= 0;
}
