/** Reads one setting from its text, undefined where nobody gave one. Throws {@link SettingError}. */
export type SettingReader<T> = (text: string | undefined) => T;

/** A value that a setting cannot take; the message says what it may be, without its name. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/** Text, not empty, that matches `pattern`; without `pattern` any. */
export function text(pattern = /^[^]+$/, mustBe = 'must not be empty'): SettingReader<string> {
  return (given = '') => {
    if (!pattern.test(given)) throw new SettingError(mustBe);
    return given;
  };
}

/** A number from `above` (excluded) or `min` (included) to `max`. */
export function number(range: { min?: number; above?: number; max: number; whole?: string }, mustBe: string) {
  const { min = Number.NEGATIVE_INFINITY, above = Number.NEGATIVE_INFINITY, max, whole } = range;
  return (given = ''): number => {
    const value = given.trim() === '' ? Number.NaN : Number(given);
    if (!(value >= min && value > above && value <= max)) throw new SettingError(mustBe);
    if (whole !== undefined && !Number.isInteger(value)) throw new SettingError(whole);
    return value;
  };
}

/** True or false; a variable that is set to nothing is true, as a flag without a value is. */
export function flag(given = ''): boolean {
  if (given !== 'true' && given !== 'false' && given !== '') throw new SettingError('must be true or false');
  return given !== 'false';
}

/** One of some words. */
export function oneOf<Word extends string>(words: readonly Word[]): SettingReader<Word> {
  return (given) => {
    const word = words.find((each) => each === given);
    if (word === undefined) throw new SettingError(`must be one of ${words.join(', ')}`);
    return word;
  };
}

/** At least one item, separated by commas. */
export function commaSeparated<T>(item: SettingReader<T>): SettingReader<T[]> {
  return (given = '') => given.split(',').map((each) => item(each.trim()));
}

/** What nobody gave is undefined. */
export function optional<T>(reader: SettingReader<T>): SettingReader<T | undefined> {
  return (given) => (given === undefined ? undefined : reader(given));
}

/** What nobody gave is `value`. */
export function otherwise<T>(value: T, reader: SettingReader<T>): SettingReader<T> {
  return (given) => (given === undefined ? value : reader(given));
}
