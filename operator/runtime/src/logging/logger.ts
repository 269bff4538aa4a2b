import type { Logger } from 'pino';

/** What the runtime needs of a pino logger. */
export type RuntimeLogger = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'> & {
  child(bindings: Record<string, unknown>): RuntimeLogger;
};
