import { badRequest } from '../errors.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** What the query of a write says. */
export interface WriteOptions {
  dryRun: boolean;
  fieldValidation: FieldValidation;
  /** Empty when the client named none. */
  fieldManager: string;
}

/** @throws {ApiError} `BadRequest` */
export function writeOptionsOf(query: URLSearchParams, userAgent: string): WriteOptions {
  const fieldValidation = query.get('fieldValidation') ?? 'Warn';
  if (fieldValidation !== 'Strict' && fieldValidation !== 'Warn' && fieldValidation !== 'Ignore') {
    throw badRequest(`fieldValidation: Unsupported value: ${JSON.stringify(fieldValidation)}`);
  }
  const dryRun = query.getAll('dryRun');
  if (dryRun.some((each) => each !== 'All')) throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(dryRun)}`);
  return {
    dryRun: dryRun.length > 0,
    fieldValidation,
    fieldManager: query.get('fieldManager') ?? userAgent.split('/')[0] ?? '',
  };
}
