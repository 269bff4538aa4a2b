import type { KubernetesObject } from '@portolan/runtime';
import type { Interner } from '../entities/interner.ts';

/** Readers of raw objects for the trimmers. None of them throws, whatever the object lacks or pretends to be. */

/** A condition; its message is never kept, only what {@link trimConditions} is told to read out of it. */
export interface TrimmedCondition {
  type: string;
  status: string;
  reason: string;
  sinceMs: number | undefined;
  /** It was found for an older generation and says nothing about this one. */
  isStale?: true;
  /** What the message says, in Portolan's own closed vocabulary. */
  detail?: string;
}

const conditionsKept = 20;
const textLength = 253;

export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, textLength) : '';
}

export function strings(value: unknown): Record<string, string> {
  const entries = Object.entries(record(value)).filter((each): each is [string, string] => typeof each[1] === 'string');
  return Object.fromEntries(entries);
}

/** A count that Kubernetes holds in an int32; anything else is `absent`. */
export function count(value: unknown, absent = 0): number {
  return typeof value === 'number' && value >= 0 && value <= 2_147_483_647 ? Math.trunc(value) : absent;
}

/** Milliseconds since the epoch. */
export function time(value: unknown): number | undefined {
  const parsed = typeof value === 'string' ? Date.parse(value.slice(0, textLength)) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}

/**
 * The conditions, at most 20, False, Unknown and abnormal ones before True ones where there are more. `explain` turns
 * a condition's message into a word of a closed vocabulary.
 */
export function trimConditions(
  raw: unknown,
  options: { generation?: number; explain?: (type: string, message: string) => string | undefined } = {},
): TrimmedCondition[] {
  const { generation = 0, explain } = options;
  const all = list(raw);
  const kept =
    all.length <= conditionsKept
      ? all
      : [...all.filter((each) => record(each)['status'] !== 'True'), ...all].slice(0, conditionsKept);
  return kept.map((each) => {
    const condition = record(each);
    const type = text(condition['type']);
    const message = condition['message'];
    const detail = typeof message === 'string' ? explain?.(type, message) : undefined;
    const observed = condition['observedGeneration'];
    const trimmed: TrimmedCondition = {
      type,
      status: text(condition['status']),
      reason: text(condition['reason']),
      sinceMs: time(condition['lastTransitionTime']),
    };
    if (typeof observed === 'number' && observed > 0 && observed < generation) trimmed.isStale = true;
    if (detail !== undefined) trimmed.detail = detail;
    return trimmed;
  });
}

type OwnerReference = NonNullable<KubernetesObject['metadata']['ownerReferences']>[number];

/** Holds nothing: every object has its own parts. */
export const unshared: Interner = { text: (value) => value, json: (value) => value };

/**
 * The metadata that health and linking read; of the owners only the controlling one. Its fields are written out, and
 * not spread into it, because an object that is written in one piece takes half as much memory: there are 50,000 pods.
 *
 * @param share - holds the owner that replicas have in common once
 */
export function trimMetadata(
  object: Record<string, unknown>,
  share: Interner = unshared,
): KubernetesObject['metadata'] {
  const metadata = record(object['metadata']);
  const owner = list(metadata['ownerReferences'])
    .map(record)
    .find((each) => each['controller'] === true);
  const name = text(metadata['name']);
  const namespace = share.text(text(metadata['namespace']));
  const uid = text(metadata['uid']);
  const resourceVersion = text(metadata['resourceVersion']);
  const generation = count(metadata['generation']);
  const kept: KubernetesObject['metadata'] =
    owner === undefined
      ? { name, namespace, uid, resourceVersion, generation }
      : { name, namespace, uid, resourceVersion, generation, ownerReferences: share.json([ownerOf(owner)]) };
  if (isSet(metadata['deletionTimestamp'])) kept.deletionTimestamp = text(metadata['deletionTimestamp']);
  return kept;
}

function ownerOf(owner: Record<string, unknown>): OwnerReference {
  return {
    apiVersion: text(owner['apiVersion']),
    kind: text(owner['kind']),
    name: text(owner['name']),
    uid: text(owner['uid']),
    controller: true,
  };
}

/** When the object was created. */
export function createdMs(object: Record<string, unknown>): number | undefined {
  return time(record(object['metadata'])['creationTimestamp']);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
