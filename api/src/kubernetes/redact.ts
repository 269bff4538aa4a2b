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

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  // From entries, because a label may be called __proto__.
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'managedFields' && key !== lastApplied)
      .map(([key, field]) => [key, cleanedField(key, field)]),
  );
}

function cleanedField(key: string, field: unknown): unknown {
  switch (key) {
    case 'env':
    case 'httpHeaders':
      return Array.isArray(field) ? field.map(withoutValue) : cleaned(field);
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
  return Array.isArray(field) ? field.map(withoutText) : cleaned(field);
}

/** `{name, value}` without its value; `valueFrom` only names where it comes from. */
function withoutValue(variable: unknown): unknown {
  const kept = cleaned(variable);
  return typeof kept === 'object' && kept !== null && 'value' in kept ? { ...kept, value: redacted } : kept;
}

function withoutMessage(state: unknown): unknown {
  const kept = cleaned(state);
  return typeof kept === 'object' && kept !== null && 'message' in kept ? { ...kept, message: redacted } : kept;
}
