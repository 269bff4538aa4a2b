import type { Evidence, HealthGap, HealthStatus, LastKnown, Verdict } from '@portolan/crds';
import { reasonWords } from './reasons.ts';
import { timeView, type TimeView } from './times.ts';

/** The look of a verdict. Only a Healthy that is known now is `good`; whatever is not understood is `unknown`. */
export type HealthTone = 'good' | 'busy' | 'bad' | 'paused' | 'unknown';

export interface HealthBadge {
  tone: HealthTone;
  word: string;
  icon: string;
  /** The reason code, where it says more than the word does. */
  reason: string | undefined;
}

export interface EvidenceView {
  /** Tells it from the others on the page. */
  key: string;
  object: string;
  namespace: string;
  container: string | undefined;
  reason: string;
  message: string | undefined;
  /** Plain words for the reason, where there are some. */
  explanation: string | undefined;
  /** Absent where a name is more to a shell than a name. */
  command: string | undefined;
}

/** What somebody could do about it, and the command to begin with. */
export interface NextStepView {
  text: string;
  command: string | undefined;
}

/** Something that the verdict was reached without. */
export interface GapView {
  object: string;
  reason: string;
  explanation: string | undefined;
}

export interface LastKnownView {
  /** `Healthy, Ready`. */
  words: string;
  message: string;
  since: TimeView | undefined;
}

export interface HealthView {
  badge: HealthBadge;
  message: string;
  explanation: string | undefined;
  since: TimeView | undefined;
  /** Of an Unknown: what it was before. Words only: a colour would claim that it still is. */
  lastKnown: LastKnownView | undefined;
  nextStep: NextStepView | undefined;
  gaps: readonly GapView[];
  evidence: readonly EvidenceView[];
  more: number;
}

const tones: Readonly<Record<string, HealthTone>> = {
  Healthy: 'good',
  Progressing: 'busy',
  Degraded: 'bad',
  Suspended: 'paused',
  Unknown: 'unknown',
};

/** In reading order: what needs somebody first. */
export const verdicts = ['Degraded', 'Unknown', 'Progressing', 'Suspended', 'Healthy'] as const satisfies Verdict[];

/** The same, for texts that may be anything. */
export const verdictOrder: readonly string[] = verdicts;

/** The badge of a verdict, whatever it is: only Healthy is good. */
export function healthBadge(verdict: string, reason?: string): HealthBadge {
  const tone = (Object.hasOwn(tones, verdict) ? tones[verdict] : undefined) ?? 'unknown';
  const word = tone === 'unknown' ? 'Unknown' : verdict;
  const says = reason !== undefined && !['', word, 'Ready'].includes(reason);
  return { tone, word, icon: tone, reason: says ? reason : undefined };
}

/** The health card: verdict, reason in words, and the chain of objects it comes from. */
export function healthView(health: HealthStatus, nowMs: number): HealthView {
  return {
    badge: healthBadge(health.verdict, health.reason),
    message: health.message,
    explanation: reasonWords(health.reason),
    since: timeView(health.since, nowMs),
    lastKnown: health.lastKnown && lastKnownView(health.lastKnown, nowMs),
    nextStep: health.nextStep && { text: health.nextStep.text, command: health.nextStep.command },
    gaps: (health.gaps ?? []).map(gapView),
    evidence: evidenceViews(health.evidence ?? [], 'evidence'),
    more: health.more ?? 0,
  };
}

function lastKnownView({ verdict, reason, message, since }: LastKnown, nowMs: number): LastKnownView {
  return { words: [verdict, reason].filter((each) => each !== '').join(', '), message, since: timeView(since, nowMs) };
}

function gapView({ kind, name, reason }: HealthGap): GapView {
  return { object: name === undefined ? kind : `${kind} ${name}`, reason, explanation: reasonWords(reason) };
}

/** Evidence with keys that stay with their objects when others come or go. */
export function evidenceViews(all: readonly Evidence[], prefix: string): EvidenceView[] {
  const seen = new Map<string, number>();
  return all.map((evidence) => {
    const object = [prefix, evidence.kind, evidence.namespace, evidence.name, evidence.container ?? ''].join('/');
    const count = seen.get(object) ?? 0;
    seen.set(object, count + 1);
    return evidenceView(evidence, count === 0 ? object : `${object}/${count}`);
  });
}

function evidenceView(evidence: Evidence, key: string): EvidenceView {
  return {
    key,
    object: `${evidence.kind} ${evidence.name}`,
    namespace: evidence.namespace,
    container: evidence.container,
    reason: evidence.reason,
    message: evidence.message,
    explanation: reasonWords(evidence.reason),
    command: describeCommand(evidence),
  };
}

/** Names that the API server accepts; a pod may name a ConfigMap anything. */
const safeName = /^[A-Za-z0-9]([A-Za-z0-9._:-]{0,251}[A-Za-z0-9])?$/;

function describeCommand({ kind, namespace, name }: Evidence): string | undefined {
  if (![kind, name].every((each) => safeName.test(each))) return undefined;
  if (namespace === '') return `kubectl describe ${kind.toLowerCase()} ${name}`;
  return safeName.test(namespace) ? `kubectl describe ${kind.toLowerCase()} ${name} -n ${namespace}` : undefined;
}
