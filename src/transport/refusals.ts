import { ScoregraphError } from '../core/errors.js';

/** What a door says before it looks at anything: to a request, and to one that would become a socket. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** To a page that this server did not give, and that was not allowed. */
export const FOREIGN_PAGE: Refusal = {
  status: 403,
  code: 'FORBIDDEN',
  message: 'This page may not use this server (see SCOREGRAPH_ALLOWED_ORIGINS).',
};

/** To a request of neither a path nor a whole address. */
export const NO_PATH: Refusal = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'expected a path, as in GET /graphql',
};

/** To who calls the server by another name. */
export const OTHER_HOST: Refusal = {
  status: 421,
  code: 'BAD_REQUEST',
  message: 'This server does not go by that name (see SCOREGRAPH_ALLOWED_HOSTS).',
};

export const nothingAt = (path: string): Refusal => ({
  status: 404,
  code: 'NOT_FOUND',
  message: `There is nothing at ${JSON.stringify(path.slice(0, 80))}.`,
});

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
