import { z } from 'zod';

/** A JSON schema in the subset that CustomResourceDefinitions allow. */
export type StructuralSchema = Record<string, unknown>;

/** Keywords of JSON Schema that a structural schema must not have, and whose meaning the API server has anyway. */
const forbidden = ['additionalProperties', 'propertyNames', 'default'];

/** The structural schema of a zod type. `io: input` leaves fields with defaults optional, as they are for authors. */
export function structuralSchema(type: z.ZodType): StructuralSchema {
  const schema = z.toJSONSchema(type, {
    target: 'draft-7',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      for (const keyword of forbidden) {
        if (keyword === 'default' && isDeclaredDefault(zodSchema)) continue;
        delete (jsonSchema as Record<string, unknown>)[keyword];
      }
      // Without bounds of their own, zod's integers carry those of JavaScript.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minItems === 0) delete jsonSchema.minItems;
      if (jsonSchema.minLength === 0) delete jsonSchema.minLength;
    },
  });
  delete schema.$schema;
  return asPlainObject(schema as StructuralSchema);
}

function isDeclaredDefault(type: z.core.$ZodType): boolean {
  return type instanceof z.ZodDefault || z.globalRegistry.get(type)?.['default'] !== undefined;
}

/** zod hangs hidden members on its result, which must not reach a file. */
function asPlainObject(schema: StructuralSchema): StructuralSchema {
  return JSON.parse(JSON.stringify(schema)) as StructuralSchema;
}
