import type { OrderField } from '@portolan/catalog';
import { inputError, quoted } from '../errors.ts';

const maxFieldLength = 1_024;

function checkField(field: string, parameter: string): string {
  if (field === '' || field.length > maxFieldLength) {
    throw inputError(`Query parameter '${parameter}': ${quoted(field)} is not a field path`);
  }
  return field;
}

/** `order=asc:metadata.name` of /entities. */
export function parseOrder(texts: readonly string[] | undefined): OrderField[] {
  return (texts ?? []).map((text) => {
    const [, direction, field] = /^(asc|desc):(.+)$/s.exec(text) ?? [];
    if (field === undefined) {
      throw inputError(`Query parameter 'order': ${quoted(text)} must be asc:field or desc:field`);
    }
    return { field: checkField(field, 'order'), direction: direction === 'desc' ? 'desc' : 'asc' };
  });
}

/** `orderField=metadata.name,asc` of by-query; ascending when nothing is said. */
export function parseOrderFields(texts: readonly string[] | undefined): OrderField[] {
  return (texts ?? []).map((text) => {
    const [field = '', direction = 'asc'] = text.split(',').map((part) => part.trim());
    if (direction !== 'asc' && direction !== 'desc') {
      throw inputError(`Query parameter 'orderField': ${quoted(text)} must be field,asc or field,desc`);
    }
    return { field: checkField(field, 'orderField'), direction };
  });
}

/** Comma-separated paths; blanks are dropped. */
export function parsePaths(texts: readonly string[] | undefined, parameter: string): string[] | undefined {
  const paths = texts?.flatMap((text) => text.split(',')).map((path) => path.trim());
  return paths?.filter((path) => path !== '').map((path) => checkField(path, parameter));
}
