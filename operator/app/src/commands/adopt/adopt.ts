import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { proposeComponents, type Adoption } from '@portolan/controllers/adopt';
import { createNamespaceMapping, formatRef, parseRef } from '@portolan/crds';
import {
  createMetrics,
  createTransport,
  loadKubeconfigCredentials,
  RuntimeError,
  systemClock,
} from '@portolan/runtime';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { version } from '../../version.ts';
import { CommandError } from '../command-error.ts';
import { kubeconfigFile } from '../kubeconfig-file.ts';
import { adoptUsage, parseAdoptArguments, type AdoptArguments } from './arguments.ts';
import { readListing, type Listing } from './listing.ts';
import { plain, renderManifests, renderNames } from './render.ts';

/** Where a command writes; each call is a text that ends with a newline. */
export interface CommandOutput {
  out: (text: string) => void;
  error: (text: string) => void;
}

/**
 * `portolan adopt`: proposes Components for the workloads that no entity claims. Manifests go to `out`, everything for
 * people to `error`. Gives the exit code, and throws for bugs only.
 */
export async function adopt(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { out, error: tell }: CommandOutput,
): Promise<number> {
  try {
    const parsed = parseAdoptArguments(args);
    if (parsed === 'help') {
      out(adoptUsage);
      return 0;
    }
    return await print(parsed, env, { out, error: tell });
  } catch (error) {
    if (error instanceof CommandError) {
      tell(`portolan adopt: ${plain(error.message)}\n`);
      return error.exitCode;
    }
    // Credentials that cannot be used; its message names the file and what is wrong with it.
    if (error instanceof RuntimeError) {
      tell(`portolan adopt: ${plain(error.message)}\n`);
      return 1;
    }
    throw error;
  }
}

async function print(
  args: AdoptArguments,
  env: Readonly<Record<string, string | undefined>>,
  { out, error: tell }: CommandOutput,
): Promise<number> {
  const path = kubeconfigFile({ flag: args.kubeconfig, env, home: homedir(), exists: existsSync });
  const clock = systemClock;
  const namespaces = createNamespaceMapping();
  const transport = createTransport({
    credentials: await loadKubeconfigCredentials({ path, context: args.context }),
    clock,
    log: pino({ level: 'silent' }),
    metrics: createMetrics(new Registry()),
    userAgent: `portolan/${version}`,
  });
  try {
    const { namespace, owner, lifecycle } = args;
    const listing = await readListing({ transport, namespace, namespaces, signal: new AbortController().signal });
    const adoption = proposeComponents({ ...listing, namespaces, owner, lifecycle });
    out(args.output === 'names' ? renderNames(adoption) : renderManifests(adoption));
    for (const note of notesOf({ args, listing, adoption })) tell(`# ${plain(note)}\n`);
    const isComplete = !listing.isPartial && adoption.refused === 0 && withoutOwner(adoption) === 0;
    return isComplete ? 0 : 1;
  } finally {
    await transport.close();
  }
}

function notesOf(options: { args: AdoptArguments; listing: Listing; adoption: Adoption }): string[] {
  const { args, listing, adoption } = options;
  const { components, claimed } = adoption;
  const where = args.namespace === undefined ? 'All namespaces' : `Namespace ${args.namespace}`;
  const workloads = components.reduce((sum, each) => sum + each.workloads.length, 0);
  const missing = withoutOwner(adoption);
  return [
    ...listing.notes,
    ...adoption.notes,
    ...(args.owner !== undefined && isUnknownOwner(args.owner, args.namespace, listing)
      ? [`Owner ${args.owner} is not in the catalog, as far as you may see: until it is, the reference dangles.`]
      : []),
    ...(missing > 0
      ? [
          `${count(missing, 'Component')} ${missing === 1 ? 'has' : 'have'} no owner and ${missing === 1 ? 'is' : 'are'} printed as a comment: pass --owner, or label the workload or its Namespace with team=GROUP.`,
        ]
      : []),
    `${where}: ${count(components.length, 'Component')} for ${count(workloads, 'workload')} that no entity claims; ${claimed} claimed already.`,
  ];
}

function withoutOwner({ components }: Adoption): number {
  return components.filter(({ manifest }) => manifest.spec.owner === undefined).length;
}

function isUnknownOwner(owner: string, namespace: string | undefined, { entities }: Listing): boolean {
  const ref = formatRef(parseRef(owner, { kind: 'group', namespace: namespace ?? '' }));
  // Users are not listed, and a bare name means another Group in each namespace.
  const isKnowable = ref.startsWith('group:') && !ref.includes(':/');
  return isKnowable && entities.claimants(ref).length === 0;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
