import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { messageOf, ScoregraphError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { masked } from '../core/masked.js';
import type { Counter, Metrics } from '../core/metrics.js';

/** Codes that GraphQL libraries give to what is the caller's doing; they pass unmasked. */
const LIBRARY_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** Of a document that the parser, which goes down with every bracket, came to no end with. */
export const TOO_DEEP = 'Syntax Error: the document is nested too deeply.';

/**
 * Makes every error of every door presentable: known ones carry their code and details as data, the rest is masked as
 * `INTERNAL_SERVER_ERROR` with an id that the log has too.
 */
export class ErrorPresenter {
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #counters = new Map<string, Counter>();

  constructor(logger: Logger, metrics: Metrics) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  /** The public form of an error; counts it by code. */
  present(error: unknown, formatted?: GraphQLFormattedError): GraphQLFormattedError {
    const result = this.#present(error, formatted);
    this.#count(String(result.extensions?.code));
    return result;
  }

  #present(error: unknown, formatted?: GraphQLFormattedError): GraphQLFormattedError {
    const cause = original(error);
    const place = placeOf(error, formatted);
    if (cause instanceof ScoregraphError) {
      // What lies behind an expected failure (SQLite's own words, say) is for the log alone.
      if (cause.cause !== undefined)
        this.#logger.warn(
          { code: cause.code, error: messageOf(cause.cause) },
          'An operation was refused for a fault inside.',
        );
      return { message: cause.message, ...place, extensions: extensionsOf(cause) };
    }
    const code = formatted?.extensions?.code ?? (error instanceof GraphQLError ? error.extensions.code : undefined);
    if (typeof code === 'string' && LIBRARY_CODES.has(code)) {
      const message = cause instanceof RangeError ? TOO_DEEP : (formatted?.message ?? messageOf(error));
      return { message, ...place, extensions: { code } };
    }
    if (
      cause instanceof GraphQLError &&
      (cause === error || place.path === undefined) &&
      (code === undefined || code === null)
    ) {
      // graphql-js's own refusals are GraphQLErrors through and through: a variable that does not fit wraps its scalar's.
      return { message: messageOf(error), ...place, extensions: { code: 'BAD_USER_INPUT' } };
    }
    const { message, ...extensions } = masked(this.#logger, cause, 'An operation failed unexpectedly.', {
      path: place.path,
    });
    return { message, ...place, extensions };
  }

  #count(code: string): void {
    let counter = this.#counters.get(code);
    if (counter === undefined) {
      counter = this.#metrics.counter('scoregraph_graphql_errors_total', 'Errors in answers, by code.', { code });
      this.#counters.set(code, counter);
    }
    counter.add();
  }
}

/** What an expected failure says as data. */
function extensionsOf({ code, details }: ScoregraphError): Record<string, unknown> {
  const { model, version, reason, retryAfterMs, field, cost, limit, remaining } = details;
  return defined({ code, model, version, reason, retryAfterMs, field, cost, limit, remaining });
}

/** An expected failure as an error of GraphQL, for doors that show errors as they are as well as for those that present them. */
export function refusalOf(error: ScoregraphError): GraphQLError {
  return new GraphQLError(error.message, { originalError: error, extensions: extensionsOf(error) });
}

function original(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError !== undefined) cause = cause.originalError;
  return cause;
}

function placeOf(error: unknown, formatted?: GraphQLFormattedError): Pick<GraphQLFormattedError, 'path' | 'locations'> {
  const path = formatted?.path ?? (error instanceof GraphQLError ? error.path : undefined);
  const locations = formatted?.locations ?? (error instanceof GraphQLError ? error.locations : undefined);
  return { ...(locations === undefined ? {} : { locations }), ...(path === undefined ? {} : { path }) };
}

function defined<T extends object>(object: T): T {
  for (const key of Object.keys(object) as (keyof T)[]) if (object[key] === undefined) delete object[key];
  return object;
}
