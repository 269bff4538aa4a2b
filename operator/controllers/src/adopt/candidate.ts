import { list, record, strings, text } from '../workloads/trim-fields.ts';
import { templateOf, templateOfCronJob, withLink, type LinkFacts } from '../workloads/trim-link.ts';
import { workloadTrimmer, type TrimmedWorkload } from '../workloads/trim.ts';

/**
 * The kinds that can become a Component: they stay. A Job or a bare Pod is gone tomorrow, and a Component for it would
 * only ever say that it lost its workload.
 */
export const adoptableKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'] as const;
export type AdoptableKind = (typeof adoptableKinds)[number];

/** A workload as the operator keeps it, with what linking reads. */
export type LinkedWorkload = TrimmedWorkload & { link: LinkFacts };

/** A workload as adopting sees it. Environment, commands and volumes are never taken over. */
export interface Candidate {
  kind: AdoptableKind;
  workload: LinkedWorkload;
  /** What its labels and annotations say about who owns it, in the order in which they are believed. */
  ownerHints: readonly OwnerHint[];
  /** A container declares a port. */
  hasPorts: boolean;
}

/** A label or an annotation that may name the owner. */
export interface OwnerHint {
  key: string;
  value: string;
}

/** What of a Service tells which pods it reaches. */
export interface ServiceSelector {
  namespace: string;
  selector: Readonly<Record<string, string>>;
}

/** The last parts of the keys in use for owners, the plainest first. A key's prefix is the company's own. */
const ownerWords = ['owner', 'owned-by', 'team', 'owning-team', 'squad'];

/** Reads a workload as the API server sent it. Never throws. */
export function candidateOf(kind: AdoptableKind, raw: unknown): Candidate {
  const readTemplate = kind === 'CronJob' ? templateOfCronJob : templateOf;
  const template = readTemplate(record(raw));
  return {
    kind,
    // None of these kinds is ever trimmed without its link.
    workload: withLink(workloadTrimmer(kind), { kind, templateOf: readTemplate })(raw) as LinkedWorkload,
    ownerHints: ownerHintsOf(raw),
    hasPorts: list(record(template['spec'])['containers']).some((each) => list(record(each)['ports']).length > 0),
  };
}

/** What the labels and annotations of any object say about its owner; an annotation can say more than a label. */
export function ownerHintsOf(raw: unknown): readonly OwnerHint[] {
  const metadata = record(record(raw)['metadata']);
  const entries = [...Object.entries(strings(metadata['annotations'])), ...Object.entries(strings(metadata['labels']))];
  return ownerWords.flatMap((word) =>
    entries
      .filter(([key, value]) => key.slice(key.lastIndexOf('/') + 1).toLowerCase() === word && value.trim() !== '')
      .map(([key, value]) => ({ key, value: text(value.trim()) })),
  );
}

/** Reads a Service; undefined for one without a selector, which reaches no pods of its own. */
export function serviceSelectorOf(raw: unknown): ServiceSelector | undefined {
  const selector = strings(record(record(raw)['spec'])['selector']);
  if (Object.keys(selector).length === 0) return undefined;
  return { namespace: text(record(record(raw)['metadata'])['namespace']), selector };
}
