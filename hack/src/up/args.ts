import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { HackError } from '../errors.ts';
import { paths } from '../paths.ts';

export const clusterChoices = ['auto', 'kind', 'local', 'preview'] as const;
export type ClusterChoice = (typeof clusterChoices)[number];

export interface UpArgs {
  help: boolean;
  detach: boolean;
  /** Undefined: the default, or whatever port the running one has. */
  port: number | undefined;
  /** Undefined: yes, except in a cluster that is the user's. */
  samples: boolean | undefined;
  context: string | undefined;
  /** Absolute. */
  kubeconfig: string | undefined;
  cluster: ClusterChoice;
  /** Folder of keys, data, logs. Absolute. */
  state: string;
  /** Set by `--detach` for the process that stays. */
  supervise: boolean;
}

/** The port of the API and UI unless `--port` says otherwise; the operator's own default. */
export const defaultPort = 7007;

export const upUsage = `usage: hack/up [flags]

Starts Portolan on a Kubernetes cluster and keeps it running until Ctrl-C or hack/down. The cluster is the one that
--context or --kubeconfig names; else one of kind, when Docker and kind are present; else a control plane on this
machine (from KUBEBUILDER_ASSETS, or built once with Go); else a preview without controllers. A second hack/up of the same checkout shows what runs.

  --detach            return when everything is ready; print {"url","kubeconfig","token"} as one line
  --port N            port of the API and UI (default ${defaultPort})
  --samples           apply the sample company, also to the cluster of --context
  --no-samples        start with an empty catalog
  --context NAME      use the cluster of this context; nothing is put into it but the CRDs, the roles and the operator's
                      ServiceAccount
  --kubeconfig FILE   the kubeconfig to read (default: as kubectl does); without --context its current context is used
  --cluster KIND      auto (default), kind, local: a control plane on this machine, or preview: a Kubernetes API within
                      this script, which needs nothing, forgets everything and runs no workloads
  --local             the same as --cluster preview
  --state DIR         folder for this run's keys, data and logs (default .portolan/up of the checkout)
  --help              this text
`;

export const downUsage = `usage: hack/down [--state DIR]

Stops what hack/up started and removes its files. The cluster of --context keeps its CRDs, roles and catalog.
`;

/** @throws {HackError} `HACK_USAGE` naming the flag. `cwd` is the folder that relative paths start from. */
export function parseUpArgs(args: readonly string[], cwd: string): UpArgs {
  const values = parse(args, {
    help: { type: 'boolean', short: 'h' },
    detach: { type: 'boolean' },
    port: { type: 'string' },
    samples: { type: 'boolean' },
    'no-samples': { type: 'boolean' },
    context: { type: 'string' },
    kubeconfig: { type: 'string' },
    cluster: { type: 'string' },
    local: { type: 'boolean' },
    state: { type: 'string' },
    supervise: { type: 'boolean' },
  });
  const { context, kubeconfig, samples, 'no-samples': noSamples } = values;
  if (samples === true && noSamples === true) throw usage('--samples and --no-samples exclude each other.');
  if (context === '') throw usage('--context needs the name of a context.');
  if (kubeconfig === '') throw usage('--kubeconfig needs a file.');
  if (values.local === true && values.cluster !== undefined && values.cluster !== 'preview') {
    throw usage('--local means --cluster preview; it excludes any other --cluster.');
  }
  const cluster = values.local === true ? 'preview' : clusterOf(values.cluster);
  if (cluster !== 'auto' && (context !== undefined || kubeconfig !== undefined)) {
    throw usage('--cluster makes a cluster, --context and --kubeconfig name one; they exclude each other.');
  }
  return {
    help: values.help === true,
    detach: values.detach === true,
    port: values.port === undefined ? undefined : portOf(values.port),
    samples: samples === true ? true : noSamples === true ? false : undefined,
    context,
    kubeconfig: kubeconfig === undefined ? undefined : resolve(cwd, kubeconfig),
    cluster,
    state: stateOf(values.state, cwd),
    supervise: values.supervise === true,
  };
}

/** @throws {HackError} `HACK_USAGE` */
export function parseDownArgs(args: readonly string[], cwd: string): { help: boolean; state: string } {
  const values = parse(args, { help: { type: 'boolean', short: 'h' }, state: { type: 'string' } });
  return { help: values.help === true, state: stateOf(values.state, cwd) };
}

type Flags = Record<string, { type: 'boolean' | 'string'; short?: string }>;

function parse<const F extends Flags>(
  args: readonly string[],
  options: F,
): { [Name in keyof F]?: F[Name]['type'] extends 'boolean' ? boolean : string } {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values as ReturnType<typeof parse<F>>;
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split(/[.\n]/)[0] ?? '') : '';
    const flags = Object.keys(options)
      .filter((name) => name !== 'supervise')
      .map((name) => `--${name}`);
    throw new HackError('HACK_USAGE', `${reason}; the flags are ${flags.join(', ')}.`, { cause });
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw usage(`--port must be a number from 1 to 65535, not "${text}".`);
}

function clusterOf(text: string | undefined): ClusterChoice {
  if (text === undefined) return 'auto';
  const choice = clusterChoices.find((each) => each === text);
  if (choice === undefined) throw usage(`--cluster must be one of ${clusterChoices.join(', ')}, not "${text}".`);
  return choice;
}

function stateOf(text: string | undefined, cwd: string): string {
  if (text === '') throw usage('--state needs a folder.');
  return text === undefined ? paths.upState : resolve(cwd, text);
}

function usage(message: string): HackError {
  return new HackError('HACK_USAGE', message);
}
