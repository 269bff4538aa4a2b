import type { RawObject } from './cluster-reader.ts';

/** What stands where something was taken out; Backstage writes the same for the data of Secrets. */
export const redacted = '***';

/** Holds a copy of the whole object, written by client-side apply. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An object as it may leave: of any kind, at any depth (a pod template in a custom resource is still a pod template),
 * without what people and tools put secrets into. Taken out are the values of environment variables, of arguments and
 * commands, of HTTP headers of probes, and the messages that containers leave when they end, which may be their last
 * log lines. Names of variables, references to Secrets and ConfigMaps, and the words of the kubelet stay. `managedFields`
 * and the last applied configuration, which repeats the object, are dropped. The given object is not changed.
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
    const isDropped = key === 'managedFields' || key === lastApplied;
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
      return Array.isArray(field) ? mapped(field, withoutValue) : cleaned(field);
    case 'args':
    case 'command':
      return withoutText(field);
    case 'terminated':
      return withoutMessage(field);
    default:
      return cleaned(field);
  }
}

function withoutText(field: unknown): unknown {
  if (typeof field === 'string') return redacted;
  return Array.isArray(field) ? mapped(field, withoutText) : cleaned(field);
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
