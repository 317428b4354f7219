import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Principal } from '../../access/principal.js';
import { ScoregraphError } from '../../core/errors.js';
import type { GraphContext } from '../../graphql/context.js';
import type { Documents } from '../../graphql/documents/documents.js';
import type { GraphPipeline } from '../../graphql/pipeline.js';
import { statusOfRefused } from './answer-status.js';
import { expectReading, SECURITY } from './http-answer.js';
import { deadlineOf } from './http-request.js';
import { operationOfBody, operationOfSearch, searchOf } from './operation-request.js';
import { RequestHeaders } from './request-headers.js';

export interface ApolloDoorOptions {
  readonly apollo: Pick<ApolloServer<GraphContext>, 'executeHTTPGraphQLRequest'>;
  /** Without `documents` Apollo finds them by itself. */
  readonly pipeline: Pick<GraphPipeline, 'context'> & Partial<Pick<GraphPipeline, 'documents' | 'thrownByValidation'>>;
  /** How long a client may leave an answer unread without taking any of it, ms. */
  readonly unreadMs: number;
}

/**
 * Answers a request through Apollo, whose rules on methods, media types and cross-site requests hold. `body` is what a POST's JSON
 * said; undefined: it had none, and Apollo says why nothing runs. Rejects only for what is a bug here.
 */
export function answerThroughApollo({ apollo, pipeline, unreadMs }: ApolloDoorOptions) {
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
    body: unknown,
  ): Promise<void> => {
    const url = request.url!;
    const query = url.indexOf('?');
    const search = query < 0 ? '' : url.slice(query);
    const headers = new RequestHeaders(request.headers);
    const asked: HTTPGraphQLRequest = { method: request.method!, headers, search, body };
    let isAdmitted = false;
    const result = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: asked,
      // Apollo asks for the context when it knows that no other site's page sent this, and reads the document after it.
      async context() {
        try {
          const signal = goneSignal(request.socket);
          const context = pipeline.context({ door: 'http', principal, deadlineMs: deadlineOf(request), signal });
          const { documents } = pipeline;
          const text = documents === undefined ? null : withText(asked, documents, context.call.principal);
          const thrown = text === null ? null : pipeline.thrownByValidation?.(text);
          if (thrown) throw thrown;
          isAdmitted = true;
          return context;
        } catch (error) {
          throw withStatus(error);
        }
      },
    });
    let status = result.status ?? 200;
    if (status === 400 && isAdmitted) status = statusOfRefused(request, result.headers.get('content-type'), body);
    const out: (string | number)[] = [...SECURITY];
    for (const [name, value] of result.headers) out.push(name, value);
    if (result.body.kind === 'complete') {
      out.push('content-length', Buffer.byteLength(result.body.string));
      response.writeHead(status, out as string[]);
      response.end(result.body.string);
      expectReading(request.socket, unreadMs);
      return;
    }
    response.writeHead(status, out as string[]);
    for await (const chunk of result.body.asyncIterator) {
      if (!response.write(chunk) && !response.destroyed) {
        expectReading(request.socket, unreadMs);
        await writable(response);
        request.socket.setTimeout(0);
      }
      if (response.destroyed) return; // leaving the loop ends what produces the chunks
    }
    response.end();
    expectReading(request.socket, unreadMs);
  };
}

/** Resolves when the response takes more, or never will. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

const signals = new WeakMap<Socket, AbortSignal>();

/** Aborts when the connection closes: one for all its requests, since what was answered has nothing left to cancel. */
function goneSignal(socket: Socket): AbortSignal {
  let signal = signals.get(socket);
  if (signal === undefined) {
    const gone = new AbortController();
    signal = gone.signal;
    signals.set(socket, signal);
    if (socket.destroyed) gone.abort();
    else socket.once('close', () => gone.abort());
  }
  return signal;
}

/**
 * Puts the text of its document into a request that may have named it by id or hash, and answers it; null when there is none. Whether it
 * may be answered is decided here.
 */
function withText(asked: HTTPGraphQLRequest, documents: Documents, principal: Principal): string | null {
  const isGet = asked.method === 'GET';
  if (!isGet && (asked.method !== 'POST' || asked.body === undefined)) return null; // Apollo says what is wrong
  const operation = isGet ? operationOfSearch(searchOf(asked.search)) : operationOfBody(asked.body);
  if (typeof operation === 'string') throw new GraphQLError(operation, { extensions: { code: 'BAD_REQUEST' } });
  const query = documents.resolve(operation, principal);
  if (isGet) {
    const search = new URLSearchParams(asked.search);
    search.set('query', query);
    search.delete('documentId');
    search.delete('extensions');
    asked.search = `?${search}`;
  } else asked.body = { query, operationName: operation.operationName, variables: operation.variables };
  if (operation.extensions.cost === true) asked.headers.set('x-cost', '1');
  return query;
}

const STATUS: Readonly<Record<string, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403 };

/** A refusal keeps its own sentence instead of Apollo's "context creation failed". */
function withStatus(error: unknown): unknown {
  if (error instanceof ScoregraphError)
    return new GraphQLError(error.message, {
      originalError: error,
      extensions: { http: { status: STATUS[error.code] ?? 400 } },
    });
  if (!(error instanceof GraphQLError)) return error;
  // Clients of Apollo look for these two in an answer like any other, which no cache may keep.
  const isSignal = /^PersistedQueryNot(?:Found|Supported)$/.test(error.message);
  const headers = new HeaderMap();
  if (isSignal) headers.set('cache-control', 'private, no-cache, must-revalidate');
  // Another library's types say that these headers are a plain object; Apollo wants its map.
  const http = { status: isSignal ? 200 : 400, headers: headers as never };
  return new GraphQLError(error.message, { extensions: { code: error.extensions.code, http } });
}
