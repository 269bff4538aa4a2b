import type { WorkloadGroup } from './grouping.ts';

/** An object name as the API server and a label take it. */
const longestName = 63;

/**
 * Names for a Component, the best first, each valid, without end: what the workloads call themselves, then with their
 * kind, then with a number.
 */
export function* namesFor({ names, members }: WorkloadGroup): Generator<string, never> {
  const [first = 'workload', ...others] = names.map(validName).filter((name) => name !== '');
  yield first;
  yield* others;
  const kinds = new Set(members.map(({ kind }) => kind.toLowerCase()));
  const base = others.at(-1) ?? first;
  if (kinds.size === 1) yield withSuffix(base, [...kinds].join(''));
  for (let count = 2; ; count += 1) yield withSuffix(base, String(count));
}

/** The nearest name that is a DNS label: at most 63 of a-z, 0-9 and "-". Empty where nothing is left. */
export function validName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, (run) => (/^-+$/.test(run) ? run : '-'))
    .slice(0, longestName)
    .replaceAll(/^-+|-+$/g, '');
}

function withSuffix(name: string, suffix: string): string {
  return `${name.slice(0, longestName - suffix.length - 1).replace(/-+$/, '')}-${suffix}`;
}
