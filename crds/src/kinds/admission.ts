import { z } from 'zod';
import { kindSchemas } from './kind-schemas.ts';
import { kindInfo } from './kinds.ts';
import { objectRules, type NamedObject } from './rules.ts';

/** One reason to refuse an object: the field, as a path from the object's root, and what is wrong with it. */
export interface Fault {
  path: string;
  message: string;
}

/** An object as somebody wrote it. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: unknown;
}

/**
 * Why the API server would refuse to create an object of ours under strict field validation; empty when it would not.
 * What the API server itself checks of `metadata` is not repeated here.
 */
export function admissionFaults(manifest: Manifest): Fault[] {
  const info = kindInfo(manifest.kind);
  if (info?.kind !== manifest.kind) return [{ path: 'kind', message: `no kind of ours: ${manifest.kind}` }];
  const schema = kindSchemas[info.kind];
  const given = withoutNulls(schema.spec, manifest.spec);
  const parsed = schema.spec.safeParse(given);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) => ({ path: pathOf(['spec', ...issue.path]), message: issue.message }));
  }
  const spec = given as Record<string, unknown>;
  const named: NamedObject = { metadata: manifest.metadata, spec };
  return [
    ...schema.specRules
      .filter((rule) => !rule.holds(spec))
      .map(({ fieldPath = '', message }) => ({ path: `spec${fieldPath}`, message })),
    ...objectRules
      .filter((rule) => !rule.holds(named))
      .map(({ fieldPath = '', message }) => ({ path: fieldPath.slice(1), message })),
  ];
}

/** The API server takes a null in a declared field that is not nullable for an absent field; none of ours is. */
function withoutNulls(type: z.core.$ZodType, value: unknown): unknown {
  if (type instanceof z.ZodOptional || type instanceof z.ZodDefault) return withoutNulls(type.unwrap(), value);
  if (type instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((each: unknown) => withoutNulls(type.element, each));
  }
  if (!(type instanceof z.ZodObject) || typeof value !== 'object' || value === null) return value;
  const shape = new Map(Object.entries(type.shape));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const field = shape.get(key);
      if (field === undefined) return [[key, each]];
      return each === null ? [] : [[key, withoutNulls(field, each)]];
    }),
  );
}

function pathOf(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>(
    (path, part) =>
      typeof part === 'number' ? `${path}[${part}]` : path === '' ? String(part) : `${path}.${String(part)}`,
    '',
  );
}
