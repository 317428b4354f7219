import pino from 'pino';
import type { LogLevel } from './config/config.js';
import type { Logger } from './core/logger.js';

/** Log lines as JSON on standard error: standard output belongs to the person who started the server. */
export function createLogger(level: LogLevel): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  ) as unknown as Logger;
}
