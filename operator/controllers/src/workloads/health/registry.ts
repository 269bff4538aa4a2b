import { trimJob } from '../trim-batch.ts';
import { templateOf, templateOfCronJob, withLink } from '../trim-link.ts';
import { routeTrimmer, trimIngress, trimService } from '../trim-network.ts';
import {
  objectTrimmer,
  trimHorizontalPodAutoscaler,
  trimPersistentVolumeClaim,
  trimPodDisruptionBudget,
} from '../trim-support.ts';
import { trimPod, trimReplicaSet, workloadTrimmer } from '../trim.ts';
import type { RuleContext } from './context.ts';
import type { Finding, JudgedObject } from './finding.ts';
import { cronJob } from './rules/cron-job.ts';
import { definition, gateway, generic } from './rules/generic.ts';
import { job } from './rules/job.ts';
import { ingress, route, service } from './rules/network.ts';
import { pod, type KnownPod } from './rules/pod.ts';
import { daemonSet, deployment, replicaSet, statefulSet } from './rules/replicas.ts';
import { precedence, type HealthRule } from './rules/rule.ts';
import { autoscaler, disruptionBudget, persistentVolumeClaim } from './rules/support.ts';

/**
 * What a kind is to a component: a primary is what runs it; a supporting one serves it, and its failure is a part only
 * (design §3.1).
 */
export type Role = 'primary' | 'supporting';

/** A kind with its rule: enough to watch it, to store it and to judge it. */
export interface HealthKind<T extends JudgedObject = JudgedObject> {
  group: string;
  version: string;
  plural: string;
  kind: string;
  role: Role;
  /** The transform of its informer. */
  trim(raw: unknown): T;
  rule(object: T, context: RuleContext): Finding;
}

/** Checks that trimmer and rule fit; the list forgets the type. */
function known<T extends JudgedObject>(
  names: Pick<HealthKind, 'group' | 'version' | 'plural' | 'kind' | 'role'>,
  trim: (raw: unknown) => T,
  rule: HealthRule<T>,
): HealthKind {
  return { ...names, trim, rule: rule as HealthRule<JudgedObject> };
}

function linked<T extends JudgedObject>(kind: string, trim: (raw: unknown) => T): (raw: unknown) => T {
  return withLink(trim, { kind, templateOf });
}

function knownPod(raw: unknown): KnownPod {
  return { ...trimPod(raw), kind: 'Pod' };
}

const apps = { group: 'apps', version: 'v1', role: 'primary' } as const;
const batch = { group: 'batch', version: 'v1', role: 'primary' } as const;
const core = { group: '', version: 'v1' } as const;
const gatewayApi = { group: 'gateway.networking.k8s.io', role: 'supporting' } as const;

/** Every kind with a rule of its own. */
export const healthKinds: readonly HealthKind[] = [
  known(
    { ...apps, plural: 'deployments', kind: 'Deployment' },
    linked('Deployment', workloadTrimmer('Deployment')),
    deployment,
  ),
  known(
    { ...apps, plural: 'statefulsets', kind: 'StatefulSet' },
    linked('StatefulSet', workloadTrimmer('StatefulSet')),
    statefulSet,
  ),
  known(
    { ...apps, plural: 'daemonsets', kind: 'DaemonSet' },
    linked('DaemonSet', workloadTrimmer('DaemonSet')),
    daemonSet,
  ),
  known({ ...apps, plural: 'replicasets', kind: 'ReplicaSet' }, linked('ReplicaSet', trimReplicaSet), replicaSet),
  known(
    { ...batch, plural: 'cronjobs', kind: 'CronJob' },
    withLink(workloadTrimmer('CronJob'), { kind: 'CronJob', templateOf: templateOfCronJob }),
    cronJob,
  ),
  known({ ...batch, plural: 'jobs', kind: 'Job' }, linked('Job', trimJob), job),
  known({ ...core, plural: 'pods', kind: 'Pod', role: 'primary' }, knownPod, pod),
  known({ ...core, plural: 'services', kind: 'Service', role: 'supporting' }, trimService, service),
  known(
    { ...core, plural: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim', role: 'supporting' },
    trimPersistentVolumeClaim,
    persistentVolumeClaim,
  ),
  known(
    { group: 'networking.k8s.io', version: 'v1', plural: 'ingresses', kind: 'Ingress', role: 'supporting' },
    trimIngress,
    ingress,
  ),
  known(
    {
      group: 'autoscaling',
      version: 'v2',
      plural: 'horizontalpodautoscalers',
      kind: 'HorizontalPodAutoscaler',
      role: 'supporting',
    },
    trimHorizontalPodAutoscaler,
    autoscaler,
  ),
  known(
    { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets', kind: 'PodDisruptionBudget', role: 'supporting' },
    trimPodDisruptionBudget,
    disruptionBudget,
  ),
  ...[
    { version: 'v1', plural: 'httproutes', kind: 'HTTPRoute' },
    { version: 'v1', plural: 'grpcroutes', kind: 'GRPCRoute' },
    { version: 'v1', plural: 'tlsroutes', kind: 'TLSRoute' },
    { version: 'v1alpha2', plural: 'tcproutes', kind: 'TCPRoute' },
    { version: 'v1alpha2', plural: 'udproutes', kind: 'UDPRoute' },
  ].map((names) => known({ ...gatewayApi, ...names }, routeTrimmer(names.kind), route)),
  known(
    { ...gatewayApi, version: 'v1', plural: 'gateways', kind: 'Gateway' },
    objectTrimmer({ group: gatewayApi.group, kind: 'Gateway' }),
    gateway,
  ),
  known(
    {
      group: 'apiextensions.k8s.io',
      version: 'v1',
      plural: 'customresourcedefinitions',
      kind: 'CustomResourceDefinition',
      role: 'supporting',
    },
    objectTrimmer({ group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' }),
    definition,
  ),
];

/** The rule of a kind; a kind without one of its own is judged by its conditions, and is a primary as configured. */
export function healthKind(names: { group: string; kind: string; version?: string; plural?: string }): HealthKind {
  const { group, kind, version = 'v1', plural = '' } = names;
  const found = healthKinds.find((each) => each.group === group && each.kind === kind);
  return found ?? known({ group, kind, version, plural, role: 'primary' }, objectTrimmer({ group, kind }), generic);
}

const builtIn = new Map(healthKinds.map((each) => [each.kind, each]));

/** Judges one trimmed object. Deletion and generation lag come first: older counts say nothing about the newer spec. */
export function judge(object: JudgedObject, context: RuleContext): Finding {
  const { kind, group } = object;
  const judged = group === undefined ? builtIn.get(kind) : healthKind({ group, kind });
  // A CronJob does not count generations.
  const counted = kind === 'CronJob' ? { ...object, observedGeneration: undefined } : object;
  const lost = kind === 'Pod' && 'reason' in object && object.reason === 'NodeLost';
  const first = lost ? undefined : precedence(counted, context);
  return first ?? (judged ?? healthKind({ group: group ?? '', kind })).rule(object, context);
}

/** Trims and judges an object as the API server sends it. */
export function judgeRaw(raw: unknown, names: { group: string; kind: string }, context: RuleContext): Finding {
  return judge(healthKind(names).trim(raw), context);
}
