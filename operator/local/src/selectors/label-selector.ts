import { badRequest } from '../errors.ts';

export type Labels = Readonly<Record<string, string>>;

/**
 * A label selector as URLs carry it: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
 * @throws {ApiError} `BadRequest` when it does not parse
 */
export function parseLabelSelector(text: string): (labels: Labels) => boolean {
  const requirements = split(text).map(parseRequirement);
  return (labels) => requirements.every((requirement) => requirement(labels));
}

/** At the commas outside parentheses. */
function split(text: string): string[] {
  return text.trim() === '' ? [] : text.split(/,(?![^(]*\))/).map((part) => part.trim());
}

const name = '[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?';
const setBased = new RegExp(`^(${name})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const equality = new RegExp(`^(${name})\\s*(=|==|!=)\\s*([-A-Za-z0-9_.]*)$`);
const existence = new RegExp(`^(!?)\\s*(${name})$`);

function parseRequirement(text: string): (labels: Labels) => boolean {
  const set = setBased.exec(text);
  if (set !== null) {
    const [, key = '', , operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    // An absent label is in no set, so it satisfies notin.
    if (operator === 'in') return (labels) => Object.hasOwn(labels, key) && values.has(labels[key] ?? '');
    return (labels) => !Object.hasOwn(labels, key) || !values.has(labels[key] ?? '');
  }
  const equal = equality.exec(text);
  if (equal !== null) {
    const [, key = '', , operator, value] = equal;
    if (operator === '!=') return (labels) => !Object.hasOwn(labels, key) || labels[key] !== value;
    return (labels) => Object.hasOwn(labels, key) && labels[key] === value;
  }
  const exists = existence.exec(text);
  if (exists !== null) {
    const [, negated, key = ''] = exists;
    return (labels) => Object.hasOwn(labels, key) === (negated === '');
  }
  throw badRequest(`unable to parse requirement: ${JSON.stringify(text)}`);
}
