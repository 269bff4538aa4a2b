import type { NextStep, Verdict } from '@portolan/crds';
import { configSteps } from './next-steps/pod-steps.ts';
import { supportSteps } from './next-steps/support-steps.ts';
import { workloadSteps } from './next-steps/workload-steps.ts';
import { describe, type Subject } from './next-steps/subject.ts';
import { shownName } from './shown.ts';

export type { Subject } from './next-steps/subject.ts';

const textLength = 512;
const commandLength = 1024;

const steps = new Map(Object.entries({ ...configSteps, ...workloadSteps, ...supportSteps }));

/**
 * What to do about a finding, or nothing where nothing needs doing. Every Degraded and every Unknown has an answer, the
 * other verdicts where the reason is known to want one.
 */
export function nextStepFor(verdict: Verdict, reason: string, subject: Subject): NextStep | undefined {
  const step = steps.get(reason)?.(subject);
  if (step === undefined && verdict !== 'Degraded' && verdict !== 'Unknown') return undefined;
  const { command } = step ?? { command: describe(subject) };
  // A text may show a name that was cleaned; a command must not, for it would mean another object.
  const shown = shownSubject(subject);
  const text =
    steps.get(reason)?.(shown).text ?? `Look at the conditions and the latest events of ${shown.kind} ${shown.name}.`;
  return {
    text: text.slice(0, textLength),
    ...(command !== undefined && command.length <= commandLength && { command }),
  };
}

function shownSubject(subject: Subject): Subject {
  const { kind, namespace, name, container, detail } = subject;
  return {
    ...subject,
    kind: shownName(kind).slice(0, 63),
    namespace: namespace === '' ? '' : shownName(namespace).slice(0, 63),
    name: shownName(name),
    ...(container !== undefined && { container: shownName(container).slice(0, 63) }),
    ...(detail !== undefined && { detail: detail.replace(/[^\w .,:/'-]/g, '').slice(0, 300) }),
  };
}
