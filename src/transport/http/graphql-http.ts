import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OperationTypeNode } from 'graphql';
import { NO_STREAM } from '../../graphql/apollo.js';
import type { GraphPipeline, OperationRequest } from '../../graphql/pipeline.js';
import { isFromOurPage } from '../host-check.js';
import { streamOperation } from '../streams/sse-distinct.js';
import { SingleConnections } from '../streams/sse-single.js';
import { STREAM_DEFAULTS, type StreamLimits, Streams } from '../streams/streams.js';
import { type Accepted, acceptedBy } from './accept.js';
import { type ApolloDoorOptions, answerThroughApollo } from './apollo-http.js';
import { refuse } from './http-answer.js';
import { readJson } from './http-request.js';
import { operationOfBody, operationOfSearch, searchOf } from './operation-request.js';

export interface GraphqlHttpOptions {
  readonly apollo: ApolloDoorOptions['apollo'];
  readonly pipeline: GraphPipeline;
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
    const { pipeline, unreadMs } = options;
    const limits = { ...STREAM_DEFAULTS, ...options.streams };
    this.#options = options;
    this.#apollo = answerThroughApollo(options);
    this.streams = new Streams({ pipeline, limits, unreadMs });
    this.#single = new SingleConnections({ pipeline, streams: this.streams, limits });
  }

  /** Rejects only for what is a bug here. */
  async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (request.method) {
      case 'POST':
        return this.#post(request, response);
      case 'GET':
        return this.#get(request, response);
      case 'HEAD':
        return this.#apollo(request, response, undefined);
      case 'PUT':
        return this.#single.reserve(response);
      case 'DELETE': {
        const token = tokenOf(request);
        if (token === null) return refuse(response, 400, 'BAD_REQUEST', 'expected the token of a stream: see PUT');
        return this.#single.cancel(response, token, searchOf(request.url!).get('operationId'));
      }
      default:
        response.setHeader('allow', 'GET, POST, PUT, DELETE');
        refuse(response, 405, 'BAD_REQUEST', `expected GET, POST, PUT or DELETE, got ${request.method}`);
    }
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const read = await readJson(request, this.#options.maxBodyBytes);
    if ('status' in read) return refuse(response, read.status, read.code, read.message);
    const token = tokenOf(request);
    const accepted = acceptedBy(request.headers.accept);
    if (read.json === undefined || (token === null && accepted.stream === null))
      return this.#apollo(request, response, read.json);
    const operation = operationOfBody(read.json);
    if (typeof operation === 'string') return refuse(response, 400, 'BAD_REQUEST', operation);
    if (token !== null) return this.#single.operate(request, response, token, operation);
    const kind = this.#streamFor(accepted, operation);
    if (kind === null) return this.#apollo(request, response, read.json);
    const { pipeline } = this.#options;
    return streamOperation(request, response, operation, { kind, headers: {}, pipeline, streams: this.streams });
  }

  async #get(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = tokenOf(request);
    const accepted = acceptedBy(request.headers.accept);
    const { pipeline, allowedOrigins, allowedHosts } = this.#options;
    if (token === null && accepted.stream === null) {
      const operation = operationOfSearch(searchOf(request.url!));
      // Apollo would only say that GET is for queries.
      if (typeof operation !== 'string' && pipeline.operationType(operation) === 'subscription')
        return refuse(response, 406, 'BAD_USER_INPUT', NO_STREAM);
      return this.#apollo(request, response, undefined);
    }
    if (!isFromOurPage(request.headers, allowedOrigins, allowedHosts)) {
      const message = 'This page may not open streams of this server (see SCOREGRAPH_ALLOWED_ORIGINS).';
      return refuse(response, 403, 'FORBIDDEN', message);
    }
    const { origin } = request.headers;
    const headers: Record<string, string> = { vary: 'origin' };
    if (origin !== undefined) headers['access-control-allow-origin'] = origin;
    if (token !== null) {
      if (accepted.stream === 'sse') return this.#single.connect(response, token, headers);
      return refuse(response, 406, 'BAD_REQUEST', 'expected accept: text/event-stream with the token of a stream');
    }
    const operation = operationOfSearch(searchOf(request.url!));
    if (typeof operation === 'string') return refuse(response, 400, 'BAD_REQUEST', operation);
    const kind = this.#streamFor(accepted, operation);
    if (kind === null) return this.#apollo(request, response, undefined);
    return streamOperation(request, response, operation, { kind, headers, pipeline, streams: this.streams });
  }

  /**
   * As which stream an operation is answered; null: as one document. Subscriptions need a stream; anything else gets one only when the
   * client takes nothing simpler: urql, for one, names every kind for every operation.
   */
  #streamFor(accepted: Accepted, operation: OperationRequest): 'sse' | 'multipart' | null {
    const type: OperationTypeNode | null = this.#options.pipeline.operationType(operation);
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
