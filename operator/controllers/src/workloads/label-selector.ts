import { list, record, strings, text } from './trim-fields.ts';

const requirementsKept = 50;
/** Longer than any selector that people write; an annotation may have 256 KiB, and is read at every change beside it. */
const longestText = 4_096;

/** One requirement of a label selector. */
export type Requirement =
  { operator: 'in' | 'notin'; key: string; values: readonly string[] } | { operator: 'exists' | 'absent'; key: string };

/**
 * Parses a label selector in kubectl's text form (`a=b,c!=d,e in (f,g),!h,i`).
 * Returns undefined when it does not parse or has more than 4,096 characters: a broken selector selects nothing.
 */
export function parseSelector(text: string): readonly Requirement[] | undefined {
  if (text.length > longestText) return undefined;
  const requirements = splitOutsideParentheses(text)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseRequirement);
  if (requirements.length === 0) return undefined;
  return requirements.every((each) => each !== undefined) ? requirements : undefined;
}

/** By hand, because a pattern that looks for each closing parenthesis takes quadratic time where there are none. */
function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = [];
  let isInside = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') isInside = true;
    else if (text[at] === ')') isInside = false;
    else if (text[at] === ',' && !isInside) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
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
