import type { RawObject } from './cluster-reader.ts';

/** What stands where something was taken out; Backstage writes the same for the data of Secrets. */
export const redacted = '***';

/** Annotations that hold a copy of the whole object: of client-side apply, kapp, Rancher, Banzai Cloud's operators, kopf. */
const copiesOfObject: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'kapp.k14s.io/original',
  'objectset.rio.cattle.io/applied',
  'banzaicloud.com/last-applied',
  'kopf.zalando.org/last-handled-configuration',
]);

/** Here the kubelet quotes what it ran and what that printed. */
const quotingReasons: ReadonlySet<unknown> = new Set(['PostStartHookError', 'RunContainerError']);

/**
 * An object as it may leave: of any kind, at any depth (a pod template in a custom resource is still a pod template),
 * without what people and tools put secrets into. Taken out are the values of environment variables, of arguments and
 * commands, of HTTP headers of probes, the messages that containers leave when they end, which may be their last log
 * lines, and those in which the kubelet quotes a hook and what it printed. Names of variables, references to Secrets and
 * ConfigMaps, and the kubelet's other words stay. `managedFields` and the annotations that repeat the object are dropped.
 * The given object is not changed.
 */
export function withoutSecrets(object: RawObject): RawObject {
  return cleaned(object) as RawObject;
}

/** What did not change is not copied: of a thousand pods that is most. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return mapped(value, cleaned);
  if (!isRecord(value)) return value;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const field = value[key];
    const isDropped = key === 'managedFields' || copiesOfObject.has(key);
    const kept = isDropped ? undefined : cleanedField(key, field);
    if (kept === field) continue;
    // A spread keeps a label called __proto__ a label.
    copy ??= { ...value };
    if (isDropped) delete copy[key];
    else copy[key] = kept;
  }
  return copy ?? value;
}

function cleanedField(key: string, field: unknown): unknown {
  switch (key) {
    case 'env':
    case 'httpHeaders':
      return Array.isArray(field) ? mapped(field, withoutValue) : withoutTexts(field);
    case 'args':
    case 'command':
      return withoutText(field);
    case 'terminated':
      return withoutMessage(field);
    case 'waiting':
      return isRecord(field) && quotingReasons.has(field['reason']) ? withoutMessage(field) : cleaned(field);
    default:
      return cleaned(field);
  }
}

function withoutText(field: unknown): unknown {
  if (typeof field === 'string') return redacted;
  return Array.isArray(field) ? mapped(field, withoutText) : cleaned(field);
}

/** Variables as some custom resources write them: by name. */
function withoutTexts(field: unknown): unknown {
  const kept = cleaned(field);
  if (!isRecord(kept) || !Object.values(kept).some(isScalar)) return kept;
  return Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, isScalar(value) ? redacted : value]));
}

/** `{name, value}` without its value; `valueFrom` only names where it comes from. */
function withoutValue(variable: unknown): unknown {
  const kept = cleaned(variable);
  return isRecord(kept) && 'value' in kept ? { ...kept, value: redacted } : kept;
}

function withoutMessage(state: unknown): unknown {
  const kept = cleaned(state);
  return isRecord(kept) && 'message' in kept ? { ...kept, message: redacted } : kept;
}

function mapped(list: readonly unknown[], change: (each: unknown) => unknown): readonly unknown[] {
  const changed = list.map(change);
  return changed.every((each, at) => each === list[at]) ? list : changed;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
