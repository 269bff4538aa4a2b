import { faultsOf, timeOf, type Losses } from '@portolan/controllers';
import type { Informer, KubernetesObject, Leadership } from '@portolan/runtime';

/** One line of `/readyz?verbose`. */
export interface ReadinessCheck {
  name: string;
  ok: boolean;
  /** Works, but not fully: named by `?verbose`, never the reason of a 503. */
  degraded?: boolean;
  message?: string;
  /** ISO time since when it is so. */
  since?: string;
}

/** Whether this process can do its work, and why. */
export interface Readiness {
  ready: boolean;
  checks: readonly ReadinessCheck[];
}

/** An informer by what it means for readiness: without the catalog nothing can be served; workloads only degrade. */
export interface WatchedSource {
  informer: Pick<Informer<KubernetesObject>, 'resource' | 'status' | 'isSynced'>;
  isRequired: boolean;
}

/**
 * Ready once every required kind has been listed once. A lost API server does not change that: reads go on from
 * memory, and `?verbose` says which source is not connected, why and since when. A process that stops is not ready.
 */
export function readinessOf(options: {
  sources: readonly WatchedSource[];
  isStopping: boolean;
  /** Absent where nobody is elected. It is named and never decides: a standby serves, and is ready to take over. */
  leadership?: Leadership | undefined;
  /** What a server cannot tell of health. Named, too: whoever reads is told the same by every answer. */
  losses?: Losses | undefined;
}): Readiness {
  const { sources, isStopping, leadership, losses } = options;
  const checks: Readiness['checks'][number][] = sources.map(({ informer, isRequired }) => {
    const statuses = informer.status();
    const broken = statuses.find((each) => !each.synced || !each.connected);
    const isSynced = informer.isSynced();
    const words = [broken?.reason, broken?.message].filter((each) => each !== undefined).join(': ');
    return {
      name: statuses[0]?.resource ?? informer.resource.plural,
      ok: isSynced || !isRequired,
      ...(broken !== undefined && {
        degraded: true,
        message: words === '' ? (isSynced ? 'reconnecting' : 'not listed yet') : words,
        since: broken.since,
      }),
    };
  });
  checks.unshift({ name: 'shutdown', ok: !isStopping });
  if (leadership !== undefined) checks.push({ name: 'leader', ok: true, message: wordsOf(leadership) });
  if (losses !== undefined) checks.push(freshnessCheck(losses));
  return { ready: checks.every((each) => each.ok), checks };
}

function freshnessCheck(losses: Losses): ReadinessCheck {
  const { everything, sources } = faultsOf(losses);
  const [first] = sources;
  const loss = everything ?? first;
  const check = { name: 'freshness', ok: true };
  if (loss === undefined) return check;
  const others = everything === undefined ? sources.length - 1 : 0;
  const message = `${loss.message}${others > 0 ? ` So it is with ${others} more.` : ''}`;
  return { ...check, degraded: true, message: `${loss.reason}: ${message}`, since: timeOf(loss.sinceMs) };
}

function wordsOf(leadership: Leadership): string {
  switch (leadership.kind) {
    case 'leading':
      return 'leading';
    case 'standby':
      return `standby of ${leadership.holder}`;
    case 'unknown':
      return leadership.message === undefined ? 'not known' : `not known, ${leadership.message}`;
  }
}

/** The verbose form, one line per check as the Kubernetes API server writes them, and the verdict. */
export function formatReadiness({ ready, checks }: Readiness): string {
  const lines = checks.map((check) => line(check).replaceAll(/[\r\n]+/g, ' '));
  return `${[...lines, `readyz check ${ready ? 'passed' : 'failed'}`].join('\n')}\n`;
}

function line({ name, ok, degraded, message, since }: ReadinessCheck): string {
  const reason = [message, since === undefined ? undefined : `since ${since}`].filter((part) => part !== undefined);
  const suffix = reason.length === 0 ? '' : `: ${reason.join(', ')}`;
  if (!ok) return `[-]${name} failed${suffix}`;
  return degraded === true ? `[!]${name} degraded${suffix}` : `[+]${name} ok${suffix}`;
}
