import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { ScoregraphError } from '../../core/errors.js';
import type { GraphContext } from '../../graphql/context.js';
import type { GraphPipeline } from '../../graphql/pipeline.js';
import { expectReading, SECURITY } from './http-answer.js';
import { deadlineOf } from './http-request.js';

/** Headers that Apollo looks at; the others are not copied. */
const HEADERS = ['accept', 'apollo-require-preflight', 'x-apollo-operation-name'] as const;

export interface ApolloDoorOptions {
  readonly apollo: Pick<ApolloServer<GraphContext>, 'executeHTTPGraphQLRequest'>;
  readonly pipeline: Pick<GraphPipeline, 'context'>;
  /** How long a client may leave an answer unread without taking any of it, ms. */
  readonly unreadMs: number;
}

/**
 * Answers a request through Apollo, whose rules on methods, media types and cross-site requests hold. `body` is what a POST's JSON
 * said. Rejects only for what is a bug here.
 */
export function answerThroughApollo({ apollo, pipeline, unreadMs }: ApolloDoorOptions) {
  return async (request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> => {
    const headers = new HeaderMap();
    for (const name of HEADERS) {
      const value = request.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    // A body got here as JSON only, which browsers ask a preflight for: Apollo need not read the type again.
    if (body !== undefined) headers.set('apollo-require-preflight', 'application/json');
    else if (request.headers['content-type'] !== undefined)
      headers.set('content-type', request.headers['content-type']);
    const url = request.url!;
    const query = url.indexOf('?');
    const result = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method!, headers, search: query < 0 ? '' : url.slice(query), body },
      context: async () => contextOf(request, pipeline, goneSignal(request.socket)),
    });
    const out: (string | number)[] = [...SECURITY];
    for (const [name, value] of result.headers) out.push(name, value);
    if (!result.headers.has('cache-control')) out.push('cache-control', 'no-store');
    if (result.body.kind === 'complete') {
      out.push('content-length', Buffer.byteLength(result.body.string));
      response.writeHead(result.status ?? 200, out as string[]);
      response.end(result.body.string);
      expectReading(request.socket, unreadMs);
      return;
    }
    response.writeHead(result.status ?? 200, out as string[]);
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

/** Admits the call; a refusal keeps its own sentence instead of Apollo's "context creation failed". */
function contextOf(
  request: IncomingMessage,
  pipeline: ApolloDoorOptions['pipeline'],
  signal: AbortSignal,
): GraphContext {
  try {
    return pipeline.context({ door: 'http', deadlineMs: deadlineOf(request), signal });
  } catch (error) {
    if (!(error instanceof ScoregraphError)) throw error;
    throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status: 400 } } });
  }
}
