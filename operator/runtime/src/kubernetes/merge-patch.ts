/** A JSON object as far as merge patches are concerned. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The smallest RFC 7386 merge patch that turns `before` into `after`: explicit nulls for what is gone, arrays as a
 * whole, undefined when nothing differs. A null or undefined member of `after` counts as absent, as a merge patch
 * cannot set null.
 */
export function mergePatch(before: object, after: object): JsonObject | undefined {
  const old = new Map(Object.entries(before));
  const members: [string, unknown][] = [];
  for (const [name, next] of Object.entries(after)) {
    const previous: unknown = old.get(name);
    if (isAbsent(next)) continue;
    old.delete(name);
    if (isObject(previous) && isObject(next)) {
      const patch = mergePatch(previous, next);
      if (patch !== undefined) members.push([name, patch]);
    } else if (isAbsent(previous) || !isEqualJson(previous, next)) {
      members.push([name, next]);
    }
  }
  for (const [name, previous] of old) if (!isAbsent(previous)) members.push([name, null]);
  // fromEntries defines members, so that a member called __proto__ stays one.
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** What an API server makes of a merge patch (RFC 7386, section 2). Inputs stay as they are. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const members = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) members.delete(name);
    else members.set(name, applyMergePatch(members.get(name), change));
  }
  return Object.fromEntries(members);
}

/** Whether two JSON values are equal; the order of members does not matter, that of array items does. */
export function isEqualJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => isEqualJson(item, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined));
  return (
    left.length === right.size && left.every(([name, value]) => right.has(name) && isEqualJson(value, right.get(name)))
  );
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
