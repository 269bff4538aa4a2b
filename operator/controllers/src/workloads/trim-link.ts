import type { KubernetesObject } from '@portolan/runtime';
import { builtInPrimaries, kindIdOfOwner } from './kind-id.ts';
import { count, list, record, strings, text } from './trim-fields.ts';

/** What linking reads of an object that may run an entity, beside what its rule reads. */
export interface LinkFacts {
  labels: Labels;
  /** The entity that it names itself: `ns/name`, lower case. */
  names?: string;
  images: readonly string[];
  /** Labels of the pods that it makes. */
  podLabels: Labels;
  /** Names of the PersistentVolumeClaims that its pods mount. */
  claims: readonly string[];
  /** Of a StatefulSet: the names of its claims without their ordinals, `data-db`. */
  claimPrefixes?: readonly string[];
  /** Of a StatefulSet: the ordinal of its first pod. */
  firstOrdinal?: number;
}

export type Labels = Readonly<Record<string, string>>;

export const componentKey = 'portolan.dev/component';
const imagesKept = 5;
const labelsKept = 100;
const claimsKept = 20;
/** `namespace/name` of an entity: 63 and 253 characters. */
const longestName = 317;
const none: readonly never[] = Object.freeze([]);
const noLabels: Labels = Object.freeze({});

/**
 * Adds to a transform what linking reads. An object that Kubernetes' own controllers made for another one, such as the
 * pod of a ReplicaSet, is linked with that one; there are many of them, so nothing is kept.
 *
 * @param options.templateOf - the pod template in a raw object
 */
export function withLink<T extends KubernetesObject>(
  trim: (raw: unknown) => T,
  options: { kind: string; templateOf: (object: Record<string, unknown>) => Record<string, unknown> },
): (raw: unknown) => T & { link?: LinkFacts } {
  const { kind, templateOf } = options;
  return (raw) => {
    const trimmed = trim(raw);
    if (isPartOfBuiltIn(kind, trimmed)) return trimmed;
    const object = record(raw);
    return Object.assign(trimmed, { kind, link: linkFacts(object, { kind, template: templateOf(object) }) });
  };
}

/** Kinds that are mostly made for another object. */
export const partKinds: ReadonlySet<string> = new Set(['Pod', 'ReplicaSet', 'Job']);

function isPartOfBuiltIn(kind: string, object: KubernetesObject): boolean {
  const owner = object.metadata.ownerReferences?.[0];
  return owner !== undefined && partKinds.has(kind) && builtInPrimaries.has(kindIdOfOwner(owner));
}

/** The template of most kinds. */
export function templateOf(object: Record<string, unknown>): Record<string, unknown> {
  return record(record(object['spec'])['template']);
}

/** The template of a CronJob's pods. */
export function templateOfCronJob(object: Record<string, unknown>): Record<string, unknown> {
  return record(record(record(record(object['spec'])['jobTemplate'])['spec'])['template']);
}

function linkFacts(
  object: Record<string, unknown>,
  { kind, template }: { kind: string; template: Record<string, unknown> },
): LinkFacts {
  const labels = labelsOf(object);
  const podLabels = labelsOf(template);
  const names = namedComponent(object);
  const podSpec = record(template['spec']);
  const images = list(podSpec['containers'])
    .slice(0, imagesKept)
    .map((container) => text(record(container)['image']))
    .filter((image) => image !== '');
  const claims = list(podSpec['volumes'])
    .slice(0, 100)
    .map((volume) => text(record(record(volume)['persistentVolumeClaim'])['claimName']))
    .filter((name) => name !== '');
  return {
    labels,
    images: images.length === 0 ? none : images,
    podLabels: isSame(labels, podLabels) ? labels : podLabels,
    claims: claims.length === 0 ? none : [...new Set(claims)].slice(0, claimsKept),
    ...(names !== undefined && { names }),
    ...(kind === 'StatefulSet' && claimsOfStatefulSet(object)),
  };
}

function claimsOfStatefulSet(
  object: Record<string, unknown>,
): Required<Pick<LinkFacts, 'claimPrefixes' | 'firstOrdinal'>> {
  const spec = record(object['spec']);
  const name = text(record(object['metadata'])['name']);
  const templates = list(spec['volumeClaimTemplates'])
    .slice(0, claimsKept)
    .map((each) => text(record(record(each)['metadata'])['name']))
    .filter((each) => each !== '');
  return {
    claimPrefixes: templates.map((template) => `${template}-${name}`),
    firstOrdinal: count(record(spec['ordinals'])['start']),
  };
}

function labelsOf(object: Record<string, unknown>): Labels {
  const entries = Object.entries(strings(record(object['metadata'])['labels']));
  return entries.length === 0 ? noLabels : Object.fromEntries(entries.slice(0, labelsKept));
}

function isSame(one: Labels, other: Labels): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

/** An annotation may name another namespace; a label value cannot hold a slash and so names the object's own. */
function namedComponent(object: Record<string, unknown>): string | undefined {
  const metadata = record(object['metadata']);
  const value = strings(metadata['annotations'])[componentKey] ?? strings(metadata['labels'])[componentKey];
  if (value === undefined || value.trim() === '') return undefined;
  const named = value.trim().toLowerCase();
  const full = named.includes('/') ? named : `${text(metadata['namespace'])}/${named}`;
  // What no entity can be called is not kept: an annotation may have 256 KiB.
  return full.length > longestName ? undefined : full;
}
