import { parseRef, RefError } from '@portolan/crds';
import { parseArgs } from 'node:util';
import { CommandError } from '../command-error.ts';

/** What `portolan adopt` was asked for. */
export interface AdoptArguments {
  /** Undefined for all namespaces. */
  namespace: string | undefined;
  owner: string | undefined;
  lifecycle: string;
  output: (typeof outputs)[number];
  kubeconfig: string | undefined;
  context: string | undefined;
}

const outputs = ['yaml', 'names'] as const;

export const adoptUsage = [
  'usage: portolan adopt -n NAMESPACE|--all-namespaces [flags]',
  '',
  'Lists the workloads that no entity claims, and prints Components for them:',
  '',
  '  portolan adopt -n shop --owner group:org/team-shop | kubectl apply --server-side -f -',
  '',
  'It reads with your own kubeconfig, so what you may not read is not offered. It writes nothing.',
  '',
  '  -n, --namespace NAMESPACE    the namespace to look in',
  '  -A, --all-namespaces         look in all but kube-system and its like',
  '      --owner REF              owner of what no label or annotation names a Group for',
  '      --lifecycle WORD         lifecycle of all of them (default production)',
  '  -o, --output yaml|names      manifests, or one line for each (default yaml)',
  '      --kubeconfig FILE        else $KUBECONFIG, else ~/.kube/config',
  '      --context NAME           context of the kubeconfig; without it, its current one',
  '',
  'Exit codes: 0 when all is offered, 1 when something is not or cannot be read (stderr says what), 2 for a wrong flag.',
  '',
].join('\n');

/**
 * Reads the flags of `portolan adopt`.
 * @throws {CommandError} exit code 2, with the flag and what it may be
 */
export function parseAdoptArguments(args: readonly string[]): AdoptArguments | 'help' {
  const values = readFlags(args);
  if (values.help === true) return 'help';
  const { namespace, owner, output = 'yaml', lifecycle = 'production', kubeconfig, context } = values;
  if ((namespace === undefined) !== (values['all-namespaces'] === true)) {
    throw wrong('name one namespace with --namespace, or take --all-namespaces');
  }
  if (namespace !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) {
    throw wrong(`--namespace: must be a namespace name (got "${namespace}")`);
  }
  if (!isOutput(output)) throw wrong(`--output: must be one of ${outputs.join(', ')} (got "${output}")`);
  if (lifecycle === '' || lifecycle.length > 63) throw wrong('--lifecycle: must have 1 to 63 characters');
  if (owner !== undefined) checkOwner(owner);
  return { namespace, owner, lifecycle, output, kubeconfig, context };
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        namespace: { type: 'string', short: 'n' },
        'all-namespaces': { type: 'boolean', short: 'A' },
        owner: { type: 'string' },
        lifecycle: { type: 'string' },
        output: { type: 'string', short: 'o' },
        kubeconfig: { type: 'string' },
        context: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw wrong(error instanceof Error ? (error.message.split('.')[0] ?? '') : '');
  }
}

function isOutput(text: string): text is AdoptArguments['output'] {
  return (outputs as readonly string[]).includes(text);
}

function checkOwner(owner: string): void {
  try {
    parseRef(owner, { kind: 'group', namespace: 'default' });
  } catch (error) {
    if (error instanceof RefError) throw wrong(`--owner: ${error.message}, such as group:org/team-shop`);
    throw error;
  }
}

function wrong(what: string): CommandError {
  return new CommandError('COMMAND_ARGUMENTS', `${what}; "portolan adopt --help" tells the flags.`);
}
