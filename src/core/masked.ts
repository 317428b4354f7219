import { uuidv7 } from './ids.js';
import type { Logger } from './logger.js';

/** What a caller is told of a failure that nobody foresaw. */
export interface Masked {
  readonly code: 'INTERNAL_SERVER_ERROR';
  readonly message: string;
  /** The log has it too, with what really happened. */
  readonly errorId: string;
}

/** Logs a failure that nobody foresaw, and answers what a caller may be told of it: an id. `what` is one sentence for the log. */
export function masked(logger: Logger, error: unknown, what: string, fields: object = {}): Masked {
  const errorId = uuidv7();
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  logger.error({ errorId, ...fields, error: told }, what);
  return { code: 'INTERNAL_SERVER_ERROR', message: `Internal server error (${errorId}).`, errorId };
}
