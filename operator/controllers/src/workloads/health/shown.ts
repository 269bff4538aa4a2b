/** What of an object may stand in a status, and how long it may be. */

const messageLength = 1024;
const nameLength = 253;

/** A name as it may stand in a status; what no API server would accept as one is taken out. */
export function shownName(name: string): string {
  return name.replace(/[^A-Za-z0-9._:-]/g, '').slice(0, nameLength) || 'unnamed';
}

/** A reason as it may stand in a status: one CamelCase word. */
export function shownReason(reason: string): string {
  const word = reason.replace(/[^A-Za-z0-9]/g, '').slice(0, 128);
  return /^[A-Z]/.test(word) ? word : `Reason${word}`;
}

export function bounded(message: string): string {
  return message.length <= messageLength ? message : `${message.slice(0, messageLength - 1)}…`;
}

/** The entry of a table of words; a reason called "constructor" has none. */
export function wordOf(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
