import { list, record, strings, text } from './trim-fields.ts';

const requirementsKept = 50;

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

const setOperators: Readonly<Record<string, 'in' | 'notin'>> = { In: 'in', NotIn: 'notin' };
const existenceOperators: Readonly<Record<string, 'exists' | 'absent'>> = { Exists: 'exists', DoesNotExist: 'absent' };

/**
 * Reads a LabelSelector as objects hold it, `matchLabels` and `matchExpressions` together. An empty one meets every
 * label; one that is absent, or that no API server would accept, is undefined and selects nothing.
 */
export function readSelector(raw: unknown): readonly Requirement[] | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined;
  const { matchLabels, matchExpressions } = raw as Record<string, unknown>;
  const equal = Object.entries(strings(matchLabels)).map(([key, value]): Requirement => ({
    operator: 'in',
    key,
    values: [value],
  }));
  const expressions = list(matchExpressions).slice(0, requirementsKept).map(readExpression);
  if (expressions.some((each) => each === undefined)) return undefined;
  return [...equal.slice(0, requirementsKept), ...expressions.filter((each) => each !== undefined)];
}

function readExpression(raw: unknown): Requirement | undefined {
  const expression = record(raw);
  const key = text(expression['key']);
  const written = text(expression['operator']);
  if (key === '') return undefined;
  if (Object.hasOwn(existenceOperators, written)) return { operator: existenceOperators[written] ?? 'exists', key };
  if (!Object.hasOwn(setOperators, written)) return undefined;
  const values = list(expression['values']).slice(0, requirementsKept).map(text);
  return { operator: setOperators[written] ?? 'in', key, values };
}
