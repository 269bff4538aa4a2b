import { HackError } from '../errors.ts';

export const tiers = ['unit', 'socket', 'cluster', 'process', 'browser'] as const;
export type Tier = (typeof tiers)[number];
export type Step = 'static' | Tier;

const steps: readonly Step[] = ['static', ...tiers];

export const testUsage = `usage: hack/test [static|${tiers.join('|')}]...

Runs everything that must hold, or only the named steps: static checks (format, lint, types, generated files), then
the tiers of CONTRIBUTING.md. The last line counts them all.
`;

/** The steps to run, in their order. @throws {HackError} `HACK_USAGE` */
export function parseTestArgs(args: readonly string[]): { help: boolean; steps: readonly Step[] } {
  if (args.includes('--help') || args.includes('-h')) return { help: true, steps: [] };
  const unknown = args.find((arg) => !steps.some((step) => step === arg));
  if (unknown !== undefined) {
    throw new HackError('HACK_USAGE', `"${unknown}" is not a step; the steps are ${steps.join(', ')}.`);
  }
  return { help: false, steps: args.length === 0 ? steps : steps.filter((step) => args.includes(step)) };
}
