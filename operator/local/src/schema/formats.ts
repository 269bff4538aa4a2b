const dateTime = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const date = /^\d{4}-\d{2}-\d{2}$/;
const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const email = /^[^@\s]+@[^@\s]+$/;

/** What is wrong with a text of a format; undefined when nothing is, or when the format is unknown and so unchecked. */
export function formatFault(value: string, format: string): string | undefined {
  const isFine = checks[format]?.(value) ?? true;
  return isFine ? undefined : `must be of type ${format}: ${JSON.stringify(value)}`;
}

const checks: Readonly<Record<string, (value: string) => boolean>> = {
  'date-time': (value) => dateTime.test(value) && !Number.isNaN(Date.parse(value)),
  date: (value) => date.test(value) && !Number.isNaN(Date.parse(value)),
  uuid: (value) => uuid.test(value),
  email: (value) => email.test(value),
  uri: (value) => URL.canParse(value),
  byte: (value) => /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0,
};
