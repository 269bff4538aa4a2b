/**
 * The text form of an object's `spec.selector`, for a list request. Undefined where there is none or it is none that is
 * understood: an object that selects nothing owns nothing that is looked for by labels.
 */
export function selectorText(spec: unknown): string | undefined {
  const selector = record(record(spec)['selector']);
  const labels = Object.entries(record(selector['matchLabels'])).map(([key, value]) =>
    typeof value === 'string' ? `${key}=${value}` : undefined,
  );
  const expressions = list(selector['matchExpressions']).map((each) => expressionText(record(each)));
  const requirements = [...labels, ...expressions];
  return requirements.length === 0 || requirements.includes(undefined) ? undefined : requirements.join(',');
}

function expressionText({ key, operator, values }: Record<string, unknown>): string | undefined {
  if (typeof key !== 'string' || key === '') return undefined;
  const set = list(values)
    .filter((each) => typeof each === 'string')
    .join(',');
  switch (operator) {
    case 'In':
      return `${key} in (${set})`;
    case 'NotIn':
      return `${key} notin (${set})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return undefined;
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
