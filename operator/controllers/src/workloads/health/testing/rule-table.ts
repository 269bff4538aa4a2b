/** Tables of rule cases: an object as the API server sends it, and what is to be said about it. */
import type { Verdict } from '@portolan/crds';
import { linkingEntityStatus } from '@portolan/crds/schemas';
import { expect, it } from 'vitest';
import type { RuleContext } from '../context.ts';
import type { Finding } from '../finding.ts';
import { judgeRaw } from '../registry.ts';

export const nowMs = Date.parse('2026-11-23T10:00:00Z');
export const long = '2026-11-23T09:00:00Z';
/** 30 s before {@link nowMs}. */
export const lately = '2026-11-23T09:59:30Z';

/** One row. */
export interface RuleCase {
  it: string;
  object: object;
  context?: Partial<RuleContext>;
  /** Verdict and reason. */
  is: `${Verdict} ${string}`;
  /** Found in the text and the command of the next step. Every Degraded and Unknown has one anyway. */
  step?: RegExp;
  /** Found in the message. */
  says?: RegExp;
}

/** Runs the rows of one kind, each as a test. */
export function ruleTable(names: { group: string; kind: string }, cases: readonly RuleCase[]): void {
  it.each(cases.map((each) => [each.it, each.is, each] as const))('%s is %s', (_, __, { object, ...row }) => {
    const finding = judgeRaw(complete(object), names, { nowMs, pods: [], ...row.context });
    expect(`${finding.verdict} ${finding.reason}`).toBe(row.is);
    if (finding.verdict === 'Degraded' || finding.verdict === 'Unknown') expect(finding.nextStep).toBeDefined();
    expect(`${finding.nextStep?.text ?? ''} ${finding.nextStep?.command ?? ''}`).toMatch(row.step ?? /./);
    expect(finding.message).toMatch(row.says ?? /./);
    expectValid(finding);
  });
}

/** Fails when the finding could not be written to a status. */
export function expectValid(finding: Finding): void {
  const { verdict, reason, message, evidence, nextStep } = finding;
  expect(reason).toMatch(/^[A-Z][A-Za-z0-9]*$/);
  const health = { verdict, reason, message, since: long, evidence: evidence.slice(0, 10), nextStep };
  expect(linkingEntityStatus.safeParse({ health }).error).toBeUndefined();
}

/** An object with the metadata that all have. */
function complete(object: object): object {
  const { metadata } = object as { metadata?: object };
  return {
    ...object,
    metadata: { name: 'x', namespace: 'shop', uid: 'u', generation: 1, creationTimestamp: long, ...metadata },
  };
}

/** A pod as the kubelet reports it, running and ready unless the input says else. */
export function podObject(input: { name?: string; status?: object; spec?: object; metadata?: object } = {}): object {
  const { name = 'x-1', status, spec, metadata } = input;
  return {
    metadata: { name, namespace: 'shop', uid: `pod-${name}`, creationTimestamp: long, ...metadata },
    spec: { containers: [{ name: 'app', image: 'app:1' }], ...spec },
    status: {
      phase: 'Running',
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: long },
        { type: 'Ready', status: 'True', lastTransitionTime: long },
      ],
      containerStatuses: [
        { name: 'app', ready: true, started: true, restartCount: 0, state: { running: { startedAt: long } } },
      ],
      ...status,
    },
  };
}

/** A pod with one container in this state. */
export function podWith(container: object, options: { name?: string; since?: string; phase?: string } = {}): object {
  const { name = 'x-1', since = long, phase = 'Running' } = options;
  return podObject({
    name,
    status: {
      phase,
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: long },
        { type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: since },
      ],
      containerStatuses: [{ name: 'app', ready: false, restartCount: 0, ...container }],
    },
  });
}

export const waiting = (reason: string, message = ''): object => ({ state: { waiting: { reason, message } } });
export const crashed = { restartCount: 4, state: { terminated: { exitCode: 1, reason: 'Error', finishedAt: lately } } };
