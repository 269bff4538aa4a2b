const levels = new Map([
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'fatal'],
]);
/** Shown before the line, or the same on every line of one machine. */
const leftOut = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'role', 'v']);
const longestValue = 160;

/** One line for people from one line of pino's JSON; any other text stays as it is. */
export function readableLine(line: string): string {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return line;
  }
  if (typeof entry !== 'object' || entry === null) return line;
  const fields = entry as Record<string, unknown>;
  const level = levels.get(Number(fields['level'])) ?? 'info';
  const time = typeof fields['time'] === 'number' ? clockTime(new Date(fields['time'])) : '';
  const rest = Object.entries(fields)
    .filter(([name]) => !leftOut.has(name))
    .map(([name, value]) => `${name}=${shown(value)}`);
  const message = typeof fields['msg'] === 'string' ? fields['msg'] : '';
  return [time, level.padEnd(5), message, ...rest].filter((part) => part !== '').join(' ');
}

/** Local time of day, `HH:MM:SS`. */
export function clockTime(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

function shown(value: unknown): string {
  const message = typeof value === 'object' && value !== null && 'message' in value ? value.message : value;
  const text = typeof message === 'string' ? message : (JSON.stringify(message) ?? '');
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
