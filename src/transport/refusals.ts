import { ScoregraphError } from '../core/errors.js';

/** What every door says to operations that come while the server drains. */
export function shuttingDown(): ScoregraphError {
  return new ScoregraphError('MODEL_UNAVAILABLE', 'The server is shutting down.', {
    reason: 'SHUTTING_DOWN',
    retryAfterMs: 1_000,
  });
}

/** What a connection with as many operations open as it may have says to one more. */
export function tooManyOperations(max: number, on: 'socket' | 'stream'): ScoregraphError {
  return new ScoregraphError('QUERY_TOO_COSTLY', `expected at most ${max} open operations on a ${on}`);
}
