import type { Clock } from '../clock.ts';
import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import type { KubernetesObject } from '../objects.ts';
import type { Column } from '../resources/resource.ts';

/** Rows of `kubectl get`. */
export interface Table {
  definitions: readonly JsonObject[];
  cells(object: KubernetesObject): readonly Json[];
}

export function createTable(columns: readonly Column[], clock: Clock): Table {
  return {
    definitions: columns.map(({ name, type, format = '', description, jsonPath, priority = 0 }) => ({
      name,
      type,
      format,
      description: description ?? `Custom resource definition column (in JSONPath format): .${jsonPath}`,
      priority,
    })),
    cells: (object) => columns.map((column) => cellOf(object, column, clock)),
  };
}

function cellOf(object: KubernetesObject, { type, jsonPath }: Column, clock: Clock): Json {
  const [value] = valuesAt(object, jsonPath);
  switch (type) {
    case 'date':
      return typeof value === 'string' ? ageOf(value, clock.now()) : (value ?? null);
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    default:
      if (value === undefined || value === null) return null;
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}

/** Fields, indexes, `[*]` and `[?(@.field=="text")]`: the JSONPath that printer columns use. */
export function valuesAt(object: Json, path: string): Json[] {
  const steps = path.match(/\[\?\(@\.[^\]]*\)\]|\[[^\]]*\]|(?:\\.|[^.[\]])+/g) ?? [];
  return steps.reduce<Json[]>((found, step) => found.flatMap((value) => stepInto(value, step)), [object]);
}

function stepInto(value: Json, step: string): Json[] {
  const filter = /^\[\?\(@\.([^=\s]+)\s*==\s*['"]([^'"]*)['"]\)\]$/.exec(step);
  if (filter !== null) {
    const [, field = '', wanted] = filter;
    return isArray(value) ? value.filter((item) => valuesAt(item, field)[0] === wanted) : [];
  }
  const bracket = /^\[(.*)\]$/.exec(step)?.[1];
  if (bracket !== undefined && isArray(value)) {
    if (bracket === '*') return [...value];
    const item = value[Number(bracket)];
    return item === undefined ? [] : [item];
  }
  const name = (bracket?.replaceAll(/^['"]|['"]$/g, '') ?? step).replaceAll(/\\(.)/g, '$1');
  const field = isObject(value) ? value[name] : undefined;
  return field === undefined ? [] : [field];
}

/** As `kubectl get` shows ages: the two coarsest units while they say much, then one. */
export function ageOf(from: string, nowMs: number): string {
  const seconds = Math.floor((nowMs - Date.parse(from)) / 1000);
  if (Number.isNaN(seconds)) return '<invalid>';
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  if (years < 8) return days % 365 === 0 ? `${years}y` : `${years}y${days % 365}d`;
  return `${years}y`;
}
