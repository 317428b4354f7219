import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OperationTypeNode } from 'graphql';
import type { Principal } from '../../access/principal.js';
import { ScoregraphError } from '../../core/errors.js';
import { NO_STREAM } from '../../graphql/apollo.js';
import type { GraphPipeline, OperationRequest } from '../../graphql/pipeline.js';
import { type Identifier, identified } from '../credentials.js';
import { isFromOurPage } from '../host-check.js';
import { FOREIGN_PAGE } from '../refusals.js';
import { streamOperation } from '../streams/sse-distinct.js';
import { SingleConnections } from '../streams/sse-single.js';
import { STREAM_DEFAULTS, type StreamLimits, Streams } from '../streams/streams.js';
import { type Accepted, acceptedBy } from './accept.js';
import { type ApolloDoorOptions, answerThroughApollo } from './apollo-http.js';
import { refuse, refuseUnknown } from './http-answer.js';
import { readJson } from './http-request.js';
import { type HttpOperation, operationOfBody, operationOfSearch, searchOf } from './operation-request.js';

export interface GraphqlHttpOptions {
  readonly apollo: ApolloDoorOptions['apollo'];
  readonly pipeline: GraphPipeline;
  readonly identifier: Identifier;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Larger bodies are answered 413. */
  readonly maxBodyBytes: number;
  /** How long a client may leave an answer unread without taking any of it, ms. */
  readonly unreadMs: number;
  readonly streams: Partial<StreamLimits>;
}

/** GraphQL over HTTP on bare node:http: decides by method, token and Accept header who answers. */
export class GraphqlHttp {
  /** The responses that stay open. */
  readonly streams: Streams;
  readonly #options: GraphqlHttpOptions;
  readonly #apollo: ReturnType<typeof answerThroughApollo>;
  readonly #single: SingleConnections;

  constructor(options: GraphqlHttpOptions) {
    const { pipeline, identifier, unreadMs } = options;
    const limits = { ...STREAM_DEFAULTS, ...options.streams };
    this.#options = options;
    this.#apollo = answerThroughApollo(options);
    this.streams = new Streams({ pipeline, identifier, limits, unreadMs });
    this.#single = new SingleConnections({ pipeline, streams: this.streams, limits });
  }

  /** Rejects only for what is a bug here. */
  async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // An EventSource cannot send headers: whoever holds the token of a stream reserved it, and was asked then.
    const token = request.method === 'GET' ? tokenOf(request) : null;
    if (token !== null) return this.#connect(request, response, token);
    const principal = await identified(this.#options.identifier, request, 'http');
    if (principal instanceof ScoregraphError) {
      request.resume();
      return refuseUnknown(response, principal);
    }
    switch (request.method) {
      case 'POST':
        return this.#post(request, response, principal);
      case 'GET':
        return this.#get(request, response, principal);
      case 'HEAD':
        return this.#apollo(request, response, principal, undefined);
      case 'PUT':
        return this.#single.reserve(response, principal);
      case 'DELETE': {
        const token = tokenOf(request);
        if (token === null) return refuse(response, 400, 'BAD_REQUEST', 'expected the token of a stream: see PUT');
        return this.#single.cancel(response, principal, token, searchOf(request.url!).get('operationId'));
      }
      default:
        response.setHeader('allow', 'GET, POST, PUT, DELETE');
        refuse(response, 405, 'BAD_REQUEST', `expected GET, POST, PUT or DELETE, got ${request.method}`);
    }
  }

  async #post(request: IncomingMessage, response: ServerResponse, principal: Principal): Promise<void> {
    const read = await readJson(request, this.#options.maxBodyBytes);
    if ('status' in read) return refuse(response, read.status, read.code, read.message);
    const token = tokenOf(request);
    const accepted = acceptedBy(request.headers.accept);
    if (read.json === undefined || (token === null && accepted.stream === null))
      return this.#apollo(request, response, principal, read.json);
    const operation = operationOfBody(read.json);
    if (typeof operation === 'string') return refuse(response, 400, 'BAD_REQUEST', operation);
    if (token !== null) return this.#single.operate(request, response, principal, token, operation);
    const kind = this.#streamFor(accepted, operation, principal);
    if (kind === null) return this.#apollo(request, response, principal, read.json);
    return this.#stream(request, response, principal, operation, kind, {});
  }

  async #get(request: IncomingMessage, response: ServerResponse, principal: Principal): Promise<void> {
    const accepted = acceptedBy(request.headers.accept);
    const operation = operationOfSearch(searchOf(request.url!));
    if (accepted.stream === null) {
      // Apollo would only say that GET is for queries.
      if (
        typeof operation !== 'string' &&
        this.#options.pipeline.operationType(operation, principal) === 'subscription'
      )
        return refuse(response, 406, 'BAD_USER_INPUT', NO_STREAM);
      return this.#apollo(request, response, principal, undefined);
    }
    const headers = this.#streamHeaders(request, response);
    if (headers === null) return;
    if (typeof operation === 'string') return refuse(response, 400, 'BAD_REQUEST', operation);
    const kind = this.#streamFor(accepted, operation, principal);
    if (kind === null) return this.#apollo(request, response, principal, undefined);
    return this.#stream(request, response, principal, operation, kind, headers);
  }

  /** Opens a stream that was reserved. */
  #connect(request: IncomingMessage, response: ServerResponse, token: string): void {
    const headers = this.#streamHeaders(request, response);
    if (headers === null) return;
    if (acceptedBy(request.headers.accept).stream === 'sse') return this.#single.connect(response, token, headers);
    refuse(response, 406, 'BAD_REQUEST', 'expected accept: text/event-stream with the token of a stream');
  }

  #stream(
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
    operation: HttpOperation,
    kind: 'sse' | 'multipart',
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { pipeline } = this.#options;
    return streamOperation(request, response, operation, { kind, principal, headers, pipeline, streams: this.streams });
  }

  /** Headers of a stream asked for by GET, which a page may do without asking; null when this page may not, and was told. */
  #streamHeaders(request: IncomingMessage, response: ServerResponse): Record<string, string> | null {
    const { allowedOrigins, allowedHosts } = this.#options;
    if (!isFromOurPage(request.headers, allowedOrigins, allowedHosts)) {
      refuse(response, FOREIGN_PAGE.status, FOREIGN_PAGE.code, FOREIGN_PAGE.message);
      return null;
    }
    const { origin } = request.headers;
    return origin === undefined ? { vary: 'origin' } : { vary: 'origin', 'access-control-allow-origin': origin };
  }

  /**
   * As which stream an operation is answered; null: as one document. Subscriptions need a stream; anything else gets one only when the
   * client takes nothing simpler: urql, for one, names every kind for every operation.
   */
  #streamFor(accepted: Accepted, operation: OperationRequest, principal: Principal): 'sse' | 'multipart' | null {
    const type: OperationTypeNode | null = this.#options.pipeline.operationType(operation, principal);
    if (type === 'subscription') return accepted.stream;
    if (accepted.json) return null;
    // Multipart is for subscriptions; one that does not even parse is told there.
    return accepted.stream === 'sse' || type === null ? accepted.stream : null;
  }
}

const TOKEN_HEADER = 'x-graphql-event-stream-token';

/** The token of a stream, which is in the URL where headers cannot be set. */
function tokenOf({ headers, url }: IncomingMessage): string | null {
  const header = headers[TOKEN_HEADER];
  if (header !== undefined) return String(header);
  return url!.includes('token=') ? searchOf(url!).get('token') : null;
}
