import type { Condition } from '@portolan/crds';
import { timeView, type TimeView } from './times.ts';

export interface ConditionView {
  type: string;
  status: string;
  tone: 'good' | 'bad' | 'unknown';
  title: string;
  /** The controller's own message: names the objects. */
  message: string;
  reason: string;
  since: TimeView | undefined;
}

interface Wording {
  True: string;
  False: string;
  Unknown: string;
  reasons?: Readonly<Record<string, string>>;
}

const wordings: Readonly<Record<string, Wording>> = {
  Ready: {
    True: 'Accepted: it is in the catalog and can be found',
    False: 'Not accepted: it is not served under its name',
    Unknown: 'Not checked yet',
    reasons: {
      Conflict: 'Another, older object already has this name',
      Invalid: 'A rule that admission cannot check is broken',
      ReservedKey: 'An extension uses a key that is reserved',
      NotAnIdentityNamespace: 'Users and groups of this namespace do not count for sign-in and ownership',
    },
  },
  RefsResolved: {
    True: 'Everything it refers to exists',
    False: 'It refers to something that does not exist',
    Unknown: 'Its references are not checked yet',
  },
  WorkloadsLinked: {
    True: 'Its workloads were found in the cluster',
    False: 'No workload is linked to it',
    Unknown: 'Its workloads cannot be looked up',
    reasons: {
      CrossNamespaceNotAllowed: 'It asks for workloads of another namespace, which has not allowed that',
      NoWorkloads: 'Its workloads are gone',
      NotFound: 'A workload that it names does not exist',
      Forbidden: 'Portolan may not read the workloads it would be linked to',
    },
  },
};

const order = Object.keys(wordings);

/** Conditions in words, the known ones first; what is Unknown never has the look of True. */
export function conditionViews(conditions: readonly Condition[], nowMs: number): ConditionView[] {
  return [...conditions].sort((a, b) => rank(a) - rank(b)).map((condition) => conditionView(condition, nowMs));
}

function rank(condition: Condition): number {
  const at = order.indexOf(condition.type);
  return at < 0 ? order.length : at;
}

function conditionView(condition: Condition, nowMs: number): ConditionView {
  return {
    type: condition.type,
    status: condition.status,
    tone: condition.status === 'True' ? 'good' : condition.status === 'False' ? 'bad' : 'unknown',
    title: title(condition),
    message: condition.message,
    reason: condition.reason,
    since: timeView(condition.lastTransitionTime, nowMs),
  };
}

function title(condition: Condition): string {
  const wording = Object.hasOwn(wordings, condition.type) ? wordings[condition.type] : undefined;
  if (wording === undefined) return `${condition.type} is ${condition.status}`;
  const special = condition.status === 'True' ? undefined : wording.reasons?.[condition.reason];
  return special ?? wording[condition.status];
}
