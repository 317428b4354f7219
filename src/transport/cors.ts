import type { IncomingMessage, ServerResponse } from 'node:http';
import { isOurOrigin } from './host-check.js';
import { refuseWith, SECURITY_HEADERS } from './http/http-answer.js';
import { FOREIGN_PAGE } from './refusals.js';

/** What a page of another origin may send beside what browsers send of themselves. */
const ALLOWED_HEADERS = [
  'accept',
  'apollo-require-preflight',
  'authorization',
  'content-encoding',
  'content-type',
  'last-event-id',
  'x-apollo-operation-name',
  'x-deadline-ms',
  'x-graphql-event-stream-token',
].join(', ');
/** What such a page may read of an answer's headers. */
const EXPOSED_HEADERS = 'retry-after, www-authenticate';
/** How long a browser may remember what it was told, seconds. */
const MAX_AGE = '600';

/** What pages of other origins may do at a path, by method. */
export type Methods = 'GET, POST, PUT, DELETE' | 'POST';

/**
 * Cross-origin requests (CORS). Pages of origins that were allowed may read answers, with the credentials that a proxy in front may
 * ask for; so the answer names the origin, never `*`. Others are refused, whatever they ask.
 */
export class Cors {
  readonly #allowedOrigins: readonly string[];
  readonly #allowedHosts: readonly string[];

  constructor(options: { allowedOrigins: readonly string[]; allowedHosts: readonly string[] }) {
    this.#allowedOrigins = options.allowedOrigins;
    this.#allowedHosts = options.allowedHosts;
  }

  /**
   * To be called for each request that has an Origin, or is OPTIONS, before anything else is done with it.
   * @returns whether to go on; if not, it is answered
   */
  admit(request: IncomingMessage, response: ServerResponse, methods: Methods): boolean {
    const { origin, host } = request.headers;
    const isPreflight = request.method === 'OPTIONS';
    if (origin !== undefined) {
      response.setHeader('vary', 'origin');
      if (isOurOrigin(origin, host!, this.#allowedOrigins, this.#allowedHosts)) {
        response.setHeader('access-control-allow-origin', origin);
        response.setHeader('access-control-allow-credentials', 'true');
        if (!isPreflight) response.setHeader('access-control-expose-headers', EXPOSED_HEADERS);
      } else {
        refuseWith(response, FOREIGN_PAGE);
        return false;
      }
    }
    if (!isPreflight) return true;
    response.setHeader('allow', `${methods}, OPTIONS`);
    if (origin !== undefined && request.headers['access-control-request-method'] !== undefined) {
      response.setHeader('access-control-allow-methods', methods);
      response.setHeader('access-control-allow-headers', ALLOWED_HEADERS);
      response.setHeader('access-control-max-age', MAX_AGE);
    }
    response.writeHead(204, SECURITY_HEADERS);
    response.end();
    return false;
  }
}
