/** A moment for `<time>`: `datetime` for machines, `words` for reading, `exact` for the tooltip. */
export interface TimeView {
  datetime: string;
  words: string;
  exact: string;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** `undefined` for a missing or unreadable date. Dates ahead of the clock by under a minute read as now (clock skew). */
export function timeView(iso: string | undefined, nowMs: number): TimeView | undefined {
  if (iso === undefined) return undefined;
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return undefined;
  const datetime = new Date(at).toISOString();
  return {
    datetime,
    words: relativeWords(nowMs - at),
    exact: `${datetime.slice(0, 10)} ${datetime.slice(11, 19)} UTC`,
  };
}

/** `ageMs` in milliseconds; negative lies in the future. Units round down: 119 s is `1 min ago`. */
export function relativeWords(ageMs: number): string {
  const size = Math.abs(ageMs);
  if (size < minute) return 'just now';
  const amount = amountWords(size);
  return ageMs < 0 ? `in ${amount}` : `${amount} ago`;
}

function amountWords(size: number): string {
  if (size < hour) return `${Math.floor(size / minute)} min`;
  if (size < day) return `${Math.floor(size / hour)} h`;
  const days = Math.floor(size / day);
  if (days < 60) return counted(days, 'day');
  if (days < 730) return counted(Math.floor(days / 30.4375), 'month');
  return counted(Math.floor(days / 365.25), 'year');
}

/** `1 day`, `2 days`; for English nouns with a plain plural. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`;
}
