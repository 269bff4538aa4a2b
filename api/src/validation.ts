import { z } from 'zod';
import { inputError, quoted } from './errors.ts';

/** A query parameter that may be given once; an empty one is refused rather than guessed at. */
export const single = z
  .string({ error: 'must be given once' })
  .min(1, 'must not be empty; leave it out or give a value');

/** A query parameter that may be repeated; one lone empty value is refused. */
export function repeated(max: number) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z
      .array(z.string(), 'must be given')
      .max(max, `must not be given more than ${max} times`)
      .refine((values) => values.length !== 1 || values[0] !== '', 'must not be empty; leave it out or give a value'),
  );
}

/** A whole number in a query parameter. 15 digits stay exact. */
export function wholeNumber(min: number) {
  const message = `must be a whole number of at least ${min}`;
  return single
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .pipe(z.int().min(min, message));
}

/**
 * Validates the query string of a request.
 *
 * @throws ApiError API_INPUT_INVALID naming the parameter
 */
export function parseQuery<T extends z.ZodObject>(schema: T, query: unknown): z.output<T> {
  const result = schema.safeParse(query);
  if (result.success) {
    return result.data;
  }
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    throw unknownParameter(issue.keys[0] ?? '', Object.keys(schema.shape));
  }
  throw inputError(`Query parameter '${String(issue?.path[0] ?? '')}': ${issue?.message ?? 'is invalid'}`);
}

function unknownParameter(name: string, known: readonly string[]): Error {
  const fix = known.length === 0 ? 'this route takes none' : `this route takes ${known.join(', ')}`;
  return inputError(`Unknown query parameter ${quoted(name)}; ${fix}`);
}

/** For routes without query parameters: cheaper than a schema on the hottest of them. */
export function refuseQuery(query: unknown): void {
  for (const name in query as object) {
    throw unknownParameter(name, []);
  }
}

/**
 * Validates a JSON body; no body acts like `{}`, unknown fields are ignored.
 *
 * @throws ApiError API_INPUT_INVALID naming the field
 */
export function parseBody<T extends z.ZodObject>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body === undefined ? {} : body);
  if (result.success) {
    return result.data;
  }
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  throw inputError(path === '' ? 'The request body must be a JSON object' : `Body field '${path}': ${issue?.message}`);
}
