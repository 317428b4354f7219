import type { IncomingMessage, ServerResponse } from 'node:http';
import { isOurOrigin } from './host-check.js';
import { refuse, SECURITY_HEADERS } from './http/http-answer.js';

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
 * ask for; so the answer names the origin, never `*`. Others get no word that would let them read, and nothing of theirs that could
 * change something runs, even where their browser did not ask first.
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
      } else if (request.method !== 'GET' && request.method !== 'HEAD') {
        // What a foreign page sends by GET is held against rules of its own: Apollo's for queries, `isFromOurPage` for streams.
        refuse(response, 403, 'FORBIDDEN', 'This page may not use this server (see SCOREGRAPH_ALLOWED_ORIGINS).');
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
