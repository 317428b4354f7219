/** Every error code a client can meet (see docs/errors.md). The set is closed: a new code is a change of the public contract. */
export const ERROR_CODES = [
  'MODEL_UNAVAILABLE',
  'QUEUE_FULL',
  'DEADLINE_EXCEEDED',
  'INVALID_FEATURES',
  'NOT_FOUND',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'QUERY_TOO_COSTLY',
  'RATE_LIMITED',
  'BAD_USER_INPUT',
  'STORAGE_UNAVAILABLE',
  'CANCELLED',
  'INTERNAL_SERVER_ERROR',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What an error says as data, beside its sentence. All of it may be shown to the client. */
export interface ErrorDetails {
  readonly model?: string;
  readonly version?: number;
  /** One of the words in docs/errors.md, for programs: `WORKER_EXITED`, `DISK_FULL`, … */
  readonly reason?: string;
  /** When it makes sense to try again, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** What the operation costs, what it may cost, and what its caller has left, in milliseconds of model time; `limit` of a count is a count. */
  readonly cost?: number;
  readonly limit?: number;
  readonly remaining?: number;
  /** Which part of the caller's input was wrong. */
  readonly field?: string;
}

/**
 * An expected failure with a code. Its message is written for the caller and passes every door unmasked;
 * any other Error is a bug and is masked as `INTERNAL_SERVER_ERROR`.
 */
export class ScoregraphError extends Error {
  override readonly name = 'ScoregraphError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Shorthand for the commonest refusal: what was expected, what came, and where. */
export function badInput(message: string, field?: string): ScoregraphError {
  return new ScoregraphError('BAD_USER_INPUT', message, field === undefined ? {} : { field });
}

/** The message of anything thrown, never empty. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}
