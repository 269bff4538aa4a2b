/** One requirement of a label selector. */
export type Requirement =
  { operator: 'in' | 'notin'; key: string; values: readonly string[] } | { operator: 'exists' | 'absent'; key: string };

/**
 * Parses a label selector in kubectl's text form (`a=b,c!=d,e in (f,g),!h,i`).
 * Returns undefined when it does not parse: a broken selector selects nothing.
 */
export function parseSelector(text: string): readonly Requirement[] | undefined {
  const parts = text.match(/[^,(]+(\([^)]*\))?/g) ?? [];
  const requirements = parts.map((part) => parseRequirement(part.trim()));
  if (requirements.length === 0) return undefined;
  return requirements.every((each) => each !== undefined) ? requirements : undefined;
}

function parseRequirement(part: string): Requirement | undefined {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(part);
  if (set !== null) {
    const [, key = '', operator, values = ''] = set;
    return { operator: operator === 'in' ? 'in' : 'notin', key, values: values.split(',').map((each) => each.trim()) };
  }
  const equality = /^([^\s!=]+)\s*(==|=|!=)\s*(\S*)$/.exec(part);
  if (equality !== null) {
    const [, key = '', operator, value = ''] = equality;
    return { operator: operator === '!=' ? 'notin' : 'in', key, values: [value] };
  }
  const existence = /^(!?)\s*([^\s!=()]+)$/.exec(part);
  if (existence === null) return undefined;
  return { operator: existence[1] === '!' ? 'absent' : 'exists', key: existence[2] ?? '' };
}

/** Whether labels meet every requirement; a missing label meets `notin`, as in Kubernetes. */
export function matchesSelector(
  requirements: readonly Requirement[],
  labels: Readonly<Record<string, string>>,
): boolean {
  return requirements.every((requirement) => {
    const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
    switch (requirement.operator) {
      case 'exists':
        return value !== undefined;
      case 'absent':
        return value === undefined;
      case 'in':
        return value !== undefined && requirement.values.includes(value);
      case 'notin':
        return value === undefined || !requirement.values.includes(value);
    }
  });
}
