import { parseArgs } from 'node:util';
import { gracePeriods, type GracePeriods } from '@portolan/controllers/grace-periods';
import { isBuiltIn, kindId } from '@portolan/controllers/kind-id';
import type { WorkloadKindSetting } from '@portolan/controllers';
import {
  commaSeparated,
  flag,
  number,
  oneOf,
  optional,
  otherwise,
  SettingError,
  text,
  type SettingReader,
} from './setting-readers.ts';

export const roles = ['operator', 'server', 'all'] as const;
export type Role = (typeof roles)[number];

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const namespaceName = text(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a namespace name');
const port = number({ min: 0, max: 65_535, whole: 'must be a whole number' }, 'must be a number from 0 to 65535');
const secondsRange = { above: 0, max: 86_400 };
const mustBeSeconds = 'must be a number of seconds above 0, and at most 86400';
const seconds = number(secondsRange, mustBeSeconds);
const wholeSeconds = number({ ...secondsRange, whole: 'must be whole seconds' }, mustBeSeconds);

const workloadKindText = text(
  /^[A-Z][A-Za-z0-9]{0,62}=[a-z][a-z0-9]{0,62}\.v[0-9]+((alpha|beta)[0-9]+)?(\.[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$/,
  'must be Kind=plural.version.group, as in Rollout=rollouts.v1alpha1.argoproj.io; kubectl api-resources tells all four',
);

/** `Kind=plural.version.group`, the last three as kubectl takes a resource in full. */
function workloadKind(given: string | undefined): WorkloadKindSetting {
  const [kind = '', resource = ''] = workloadKindText(given).split('=');
  const [plural = '', version = '', ...group] = resource.split('.');
  return { kind, plural, version, group: group.join('.') };
}

const graceNames = Object.keys(gracePeriods) as (keyof GracePeriods)[];
const gracePeriodText = text(
  /^[a-zA-Z]+=[0-9]{1,5}$/,
  `must be name=seconds, the name one of ${graceNames.join(', ')}`,
);

/** `name=seconds,…` as grace periods in ms. */
function readGracePeriods(given: string | undefined): Partial<GracePeriods> {
  const pairs = commaSeparated(gracePeriodText)(given).map((pair) => {
    const [name, amount] = pair.split('=');
    return [oneOf(graceNames)(name), 1000 * seconds(amount)] as const;
  });
  return Object.fromEntries(pairs);
}

interface Setting {
  read: SettingReader<unknown>;
  /** One line for --help. */
  help: string;
  isFlag?: boolean;
}

/** Every setting once: `--name value`, or the environment variable `PORTOLAN_NAME`. A flag wins. */
const settings = {
  kubeconfig: {
    read: optional(text()),
    help: 'kubeconfig file; without it, the ServiceAccount of the pod',
  },
  context: { read: optional(text()), help: 'context of the kubeconfig; without it, its current one' },
  host: { read: otherwise('127.0.0.1', text()), help: 'address of the API and UI (default 127.0.0.1)' },
  port: { read: otherwise(7007, port), help: 'port of the API and UI (default 7007)' },
  'probe-host': {
    read: otherwise('127.0.0.1', text()),
    help: 'address of probes and metrics (default 127.0.0.1)',
  },
  'probe-port': { read: otherwise(7008, port), help: 'port of /livez, /readyz and /metrics (default 7008)' },
  'watch-namespaces': {
    read: optional(commaSeparated(namespaceName)),
    help: 'watch only these namespaces, with Roles in place of the ClusterRole',
  },
  'workload-kinds': {
    read: otherwise<WorkloadKindSetting[]>([], commaSeparated(workloadKind)),
    help: 'further kinds that run entities, Kind=plural.version.group,… as in Rollout=rollouts.v1alpha1.argoproj.io',
  },
  'grace-periods': {
    read: otherwise<Partial<GracePeriods>>({}, readGracePeriods),
    help: `how long health excuses what is not as it should be, name=seconds,… (${graceNames
      .map((name) => `${name}=${gracePeriods[name] / 1000}`)
      .join(',')})`,
  },
  'default-namespace': {
    read: otherwise('default', namespaceName),
    help: 'the namespace whose entities appear in namespace "default" (default: default)',
  },
  'allowed-hosts': {
    read: optional(commaSeparated(text())),
    help: 'host names that requests may carry beside the loopback names',
  },
  'insecure-anonymous': {
    read: otherwise(false, flag),
    help: 'let the API listen beyond loopback although nobody signs in',
    isFlag: true,
  },
  'leader-elect': {
    read: otherwise(true, flag),
    help: 'write only while holding the Lease, so that several operators may run (default true)',
    isFlag: true,
  },
  'lease-namespace': {
    read: optional(namespaceName),
    help: "namespace of the Lease; without it, the pod's own, else portolan-system",
  },
  'lease-name': {
    read: otherwise('portolan', text(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, "must be a Lease's name")),
    help: 'name of the Lease (default portolan)',
  },
  'lease-duration': {
    read: otherwise(15, wholeSeconds),
    help: 'seconds that others wait for a leader that does not renew (default 15)',
  },
  'lease-renew-deadline': {
    read: otherwise(10, seconds),
    help: 'seconds that a leader goes on after its last renewal (default 10)',
  },
  'lease-retry-period': {
    read: otherwise(2, seconds),
    help: 'seconds between renewals, and between looks of a candidate (default 2)',
  },
  'log-level': {
    read: otherwise('info', oneOf(logLevels)),
    help: `one of ${logLevels.join(', ')} (default info)`,
  },
} satisfies Record<string, Setting>;

type SettingName = keyof typeof settings;

/** The validated configuration of one process. */
export type Config = { role: Role } & { [Name in SettingName]: ReturnType<(typeof settings)[Name]['read']> };

/** A setting that cannot be used; the message names it and what it may be. */
export class ConfigError extends Error {
  readonly code = 'OPERATOR_CONFIG_INVALID';
  override readonly name = 'ConfigError';
}

/**
 * Reads flags and `PORTOLAN_*` variables. Pure: both are passed in.
 * @throws {ConfigError} `OPERATOR_CONFIG_INVALID` for an unknown flag, variable or role, or a value that is not allowed.
 */
export function parseConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Config {
  const { values, positionals } = readArgs(args);
  const unknown = Object.keys(env).find((name) => name.startsWith('PORTOLAN_') && !isKnownVariable(name));
  if (unknown !== undefined) {
    throw new ConfigError(`${unknown} is not a setting; it may be one of ${names.map(variableOf).join(', ')}.`);
  }
  const role = positionals[0] ?? env['PORTOLAN_ROLE'];
  if (positionals.length > 1 || !isRole(role)) {
    throw new ConfigError(
      `The role must be one of ${roles.join(', ')}, not "${positionals.join(' ') || (role ?? '')}".`,
    );
  }
  const parsed = Object.fromEntries(
    names.map((name) => {
      const given = values[name];
      const value = given ?? env[variableOf(name)];
      try {
        return [name, settings[name].read(value)];
      } catch (cause) {
        if (!(cause instanceof SettingError)) throw cause;
        const source = given === undefined ? variableOf(name) : `--${name}`;
        throw new ConfigError(`${source}: ${cause.message} (got "${value ?? ''}").`, { cause });
      }
    }),
  ) as Omit<Config, 'role'>;
  const config: Config = { role, ...parsed };
  checkHost(config);
  checkWorkloadKinds(config);
  checkLease(config);
  return config;
}

/** The text of `--help`. */
export function usage(): string {
  const rows = names.map((name) => {
    const value = 'isFlag' in settings[name] ? '[=false]' : ' VALUE';
    return `  ${`--${name}${value}`.padEnd(28)} ${settings[name].help}`;
  });
  return [
    'usage: portolan operator|server|all [flags]',
    '       portolan adopt -n NAMESPACE [flags]',
    '',
    '  operator   watches entities and workloads, writes status',
    '  server     serves the read API and the UI',
    '  all        both in one process',
    '  adopt      prints Components for workloads that no entity claims; "portolan adopt --help" tells its flags',
    '',
    'Flags of the roles:',
    '',
    ...rows,
    '',
    'Each flag is also a variable: --log-level is PORTOLAN_LOG_LEVEL.',
    '',
  ].join('\n');
}

const names = Object.keys(settings) as SettingName[];

function readArgs(args: readonly string[]): { values: Partial<Record<SettingName, string>>; positionals: string[] } {
  const options = Object.fromEntries(
    names.map((name) => [name, { type: 'isFlag' in settings[name] ? ('boolean' as const) : ('string' as const) }]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: args.map(negationOf),
      options,
      allowPositionals: true,
      allowNegative: true,
    });
    return {
      values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])),
      positionals,
    };
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('.')[0] ?? '') : '';
    throw new ConfigError(`${reason}; the flags are ${names.map((name) => `--${name}`).join(', ')}.`, { cause });
  }
}

/** `--flag=false` and `--flag=true`, as Kubernetes' own programs take them, in the form that Node parses. */
function negationOf(arg: string): string {
  const [, name = '', value] = /^--([^=]+)=(true|false)$/.exec(arg) ?? [];
  if (!Object.hasOwn(settings, name) || !('isFlag' in settings[name as SettingName])) return arg;
  return value === 'true' ? `--${name}` : `--no-${name}`;
}

function isRole(value: string | undefined): value is Role {
  return (roles as readonly (string | undefined)[]).includes(value);
}

function isKnownVariable(name: string): boolean {
  return name === 'PORTOLAN_ROLE' || names.some((each) => variableOf(each) === name);
}

function variableOf(name: SettingName): string {
  return `PORTOLAN_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Until sign-in exists, whoever reaches the port reads the catalog; so only this machine may, unless told otherwise. */
function checkHost(config: Config): void {
  const isLoopback = config.host === 'localhost' || config.host === '::1' || /^127(\.\d{1,3}){3}$/.test(config.host);
  if (isLoopback || config['insecure-anonymous'] || config.role === 'operator') return;
  throw new ConfigError(
    `--host: must be a loopback address (127.0.0.1, ::1, localhost) because nobody signs in yet; --insecure-anonymous overrides (got "${config.host}").`,
  );
}

/** Two informers of one kind would each link its objects. */
function checkWorkloadKinds({ 'workload-kinds': kinds }: Config): void {
  const ids = kinds.map(kindId);
  const watched = ids.find((id) => isBuiltIn(id));
  if (watched !== undefined) {
    throw new ConfigError(`--workload-kinds: must not name ${watched}, which is watched already; leave it out.`);
  }
  const twice = kinds.find((each, index) => ids.indexOf(kindId(each)) !== index);
  if (twice !== undefined) {
    throw new ConfigError(
      `--workload-kinds: must name each kind once, in one version; leave out the second ${ids[kinds.indexOf(twice)]}.`,
    );
  }
}

/** A leader must stop writing before others take over, and get several tries to renew until then. */
function checkLease(config: Config): void {
  const [duration, deadline, period] = [
    config['lease-duration'],
    config['lease-renew-deadline'],
    config['lease-retry-period'],
  ];
  if (duration > deadline && deadline > 1.2 * period) return;
  throw new ConfigError(
    `--lease-renew-deadline: must be shorter than --lease-duration and longer than 1.2 × --lease-retry-period (got ${deadline}, between ${duration} and 1.2 × ${period}).`,
  );
}
