/** Whether a text has at most `max` code points. */
export function isWithin(value: string, max: number): boolean {
  return value.length <= max || (value.length <= 2 * max && Array.from(value).length <= max);
}

/** Longest ref that is accepted, in characters (Kubernetes' bound for names, as Backstage has none). */
export const refMaxLength = 253;
