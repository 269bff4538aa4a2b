import { wordOf } from './shown.ts';

/** Schedules of CronJobs: when one was due last, and when it is due next. */

/** A schedule, read. */
interface Fields {
  minutes: readonly number[];
  hours: readonly number[];
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  /** Days and weekdays are both named, and a day matches by either (robfig/cron, as cron(8)). */
  matchesEither: boolean;
}

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const dayMs = 86_400_000;
/** No zone moves its clock by more within a day, but for those that changed sides of the date line. */
const offsetMovesMs = 3 * 3_600_000;
/** A run on 29 February is due at least every 8 years; further is not looked. */
const daysSearched = 366 * 8 + 1;

/**
 * The last run due at or before a moment, or the next one after it; in ms since the epoch. Undefined for a schedule or
 * a time zone that cannot be read, and for one that never comes. Without a time zone the controller's own counts, which
 * is taken to be UTC.
 */
export function runDue(
  schedule: string,
  options: { fromMs: number; direction: 'before' | 'after'; timeZone?: string },
): number | undefined {
  const { fromMs, direction, timeZone = 'UTC' } = options;
  const fields = parse(schedule);
  if (fields === undefined || !Number.isFinite(fromMs) || Math.abs(fromMs) > 4e12) return undefined;
  let offsetAt: (ms: number) => number;
  try {
    offsetAt = timeZone === 'UTC' || timeZone === 'Etc/UTC' ? () => 0 : zoneOffsets(timeZone);
  } catch {
    return undefined;
  }
  const sign = direction === 'before' ? -1 : 1;
  const isDue = (ms: number): boolean => (direction === 'before' ? ms <= fromMs : ms > fromMs);
  // Days are counted in local time; a day more on the near side, for the offset moves within the day.
  const nearMs = fromMs + offsetAt(fromMs);
  const firstDay = Math.floor(nearMs / dayMs);
  for (let step = 0; step <= daysSearched; step += 1) {
    const day = firstDay + sign * step;
    if (!matchesDay(fields, day * dayMs)) continue;
    for (const minute of inOrder(fields, sign)) {
      const localMs = day * dayMs + minute * 60_000;
      // Zones are slow to ask: what lies hours on the wrong side is not asked about.
      if (sign * (localMs - nearMs) < -offsetMovesMs) continue;
      const ms = toUtc(localMs, offsetAt);
      if (ms !== undefined && isDue(ms)) return ms;
    }
  }
  return undefined;
}

/** The minutes of a day on which it runs, the nearest first. */
function* inOrder({ hours, minutes }: Fields, sign: number): Generator<number> {
  const near = (values: readonly number[]): number[] => [...values].sort((a, b) => sign * (a - b));
  for (const hour of near(hours)) for (const minute of near(minutes)) yield hour * 60 + minute;
}

/** A local moment in UTC; undefined for one that the change to summer time skips. */
function toUtc(localMs: number, offsetAt: (ms: number) => number): number | undefined {
  const guess = localMs - offsetAt(localMs);
  const ms = localMs - offsetAt(guess);
  return ms + offsetAt(ms) === localMs ? ms : undefined;
}

/** Local time less UTC, by the moment. Throws RangeError for a zone that is not known. */
function zoneOffsets(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map((part) => [part.type, Number(part.value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
  };
}

function matchesDay({ days, months, weekdays, matchesEither }: Fields, localMs: number): boolean {
  const date = new Date(localMs);
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const byDay = days.has(date.getUTCDate());
  const byWeekday = weekdays.has(date.getUTCDay());
  return matchesEither ? byDay || byWeekday : byDay && byWeekday;
}

function parse(schedule: string): Fields | undefined {
  const words = (wordOf(macros, schedule.trim()) ?? schedule).trim().toLowerCase().split(/\s+/);
  const [minute, hour, day, month, weekday, ...rest] = words;
  if (minute === undefined || hour === undefined || day === undefined || month === undefined) return undefined;
  if (weekday === undefined || rest.length > 0) return undefined;
  const minutes = values(minute, { from: 0, to: 59 });
  const hours = values(hour, { from: 0, to: 23 });
  const days = values(day, { from: 1, to: 31 });
  const months = values(month, { from: 1, to: 12, names: monthNames });
  const weekdays = values(weekday, { from: 0, to: 7, names: weekdayNames });
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  return {
    minutes,
    hours,
    days: new Set(days),
    months: new Set(months),
    weekdays: new Set(weekdays.map((each) => each % 7)),
    matchesEither: !isAny(day) && !isAny(weekday),
  };
}

/** A star, also with a step, leaves the other field to decide. */
function isAny(field: string): boolean {
  return field.startsWith('*') || field.startsWith('?');
}

function values(field: string, range: { from: number; to: number; names?: readonly string[] }): number[] | undefined {
  const { from, to, names = [] } = range;
  const numberOf = (word: string): number => {
    const named = names.indexOf(word);
    // Months count from 1, weekdays from 0, as their fields do.
    if (named >= 0) return named + from;
    return /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
  };
  const found: number[] = [];
  for (const part of field.split(',')) {
    const [span = '', step, ...more] = part.split('/');
    const by = step === undefined ? 1 : /^\d{1,3}$/.test(step) ? Number(step) : 0;
    if (by < 1 || more.length > 0) return undefined;
    const [low = '', high, ...others] = span.split('-');
    if (others.length > 0) return undefined;
    const isWhole = low === '*' || low === '?';
    const first = isWhole ? from : numberOf(low);
    const last = isWhole || (high === undefined && step !== undefined) ? to : numberOf(high ?? low);
    if (!(first >= from && last <= to && first <= last)) return undefined;
    for (let value = first; value <= last; value += by) found.push(value);
  }
  return found;
}
