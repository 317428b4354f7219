import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { badInput, ScoregraphError } from '../core/errors.js';
import { quote } from '../core/money.js';
import type { GraphContext } from '../graphql/context.js';
import type { GraphPipeline } from '../graphql/pipeline.js';

/** Headers that Apollo looks at; the others are not copied. */
const HEADERS = ['accept', 'apollo-require-preflight', 'x-apollo-operation-name'] as const;

export interface GraphqlHttpOptions {
  readonly apollo: Pick<ApolloServer<GraphContext>, 'executeHTTPGraphQLRequest'>;
  readonly pipeline: Pick<GraphPipeline, 'context'>;
  /** Larger bodies are answered 413. */
  readonly maxBodyBytes: number;
  /** How long a client may leave an answer unread without taking any of it, ms. */
  readonly unreadMs: number;
}

/**
 * GraphQL over HTTP, on bare node:http: reads the body within its limit and hands it to Apollo, whose rules on methods, media
 * types and cross-site requests hold. Rejects only for what is a bug here.
 */
export function graphqlHttp({ apollo, pipeline, maxBodyBytes, unreadMs }: GraphqlHttpOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body: unknown;
    if (request.method === 'POST') {
      const read = await readJson(request, maxBodyBytes);
      if ('status' in read) {
        refuse(response, read.status, read.code, read.message);
        return;
      }
      body = read.json;
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, POST');
      refuse(response, 405, 'BAD_REQUEST', `expected GET or POST, got ${request.method}`);
      return;
    }
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
      httpGraphQLRequest: { method: request.method, headers, search: query < 0 ? '' : url.slice(query), body },
      context: async () => contextOf(request, pipeline, goneSignal(request.socket)),
    });
    const out: (string | number)[] = [...SECURITY];
    for (const [name, value] of result.headers) out.push(name, value);
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

/**
 * Mostly the operating system takes an answer at once. What it did not take waits here, but not for ever: a client that takes
 * none of it for so long is cut off. The end of the answer puts the keep-alive timeout in this one's place.
 */
export function expectReading(socket: Socket, unreadMs: number): void {
  if (socket.writableLength > 0) socket.setTimeout(unreadMs);
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

/** On every answer, whoever gives it. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const;

/** The same as name, value, name, value …, as `writeHead` takes them quickest. */
const SECURITY = Object.entries(SECURITY_HEADERS).flat();

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
  pipeline: GraphqlHttpOptions['pipeline'],
  signal: AbortSignal,
): GraphContext {
  try {
    return pipeline.context({ door: 'http', deadlineMs: deadlineOf(request), signal });
  } catch (error) {
    if (!(error instanceof ScoregraphError)) throw error;
    throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status: 400 } } });
  }
}

/** `x-deadline-ms`: how long the caller will wait, a whole number of milliseconds above 0. The guard caps it. */
function deadlineOf(request: IncomingMessage): number | undefined {
  const header = request.headers['x-deadline-ms'];
  if (header === undefined) return undefined;
  const text = String(header);
  if (/^0*[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw badInput(
    `x-deadline-ms: expected a whole number of milliseconds from 1 to 999999999, got ${quote(text)}`,
    'x-deadline-ms',
  );
}

type Body = { readonly json: unknown } | { readonly status: number; readonly code: string; readonly message: string };

const JSON_TYPE = /^application\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/** Why a body of this kind is not read, or null when it may be. Quick for the usual one. */
function refusedKind({ headers }: IncomingMessage, empty: boolean): string | null {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  if (encoding !== 'identity') return `expected a body that is not compressed, got content-encoding ${quote(encoding)}`;
  if (type === 'application/json') return null;
  // Apollo's rules decide what a request without any body may be.
  if (type === '' && empty) return null;
  if (!JSON_TYPE.test(type)) return `expected content-type application/json, got ${quote(type)}`;
  const charset = CHARSET.exec(type)?.[1] ?? 'utf-8';
  return /^utf-?8$/i.test(charset) ? null : `expected charset utf-8, got ${quote(charset)}`;
}

/** Reads a JSON body of at most `maxBytes`. What is too long is read on without keeping it, so that the answer arrives. */
function readJson(request: IncomingMessage, maxBytes: number): Promise<Body> {
  return new Promise((resolve) => {
    const refused = (status: number, message: string) => resolve({ status, code: 'BAD_REQUEST', message });
    const tooLong = () => refused(413, `expected a body of at most ${maxBytes} bytes`);
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      request.resume();
      tooLong();
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        chunks.length = 0;
        tooLong();
      } else chunks.push(chunk);
    });
    // A request that breaks off has nobody to answer; this only lets go of it.
    request.on('error', () => refused(400, 'the body ended early'));
    request.on('close', () => refused(400, 'the body ended early'));
    request.on('end', () => {
      if (size > maxBytes) return;
      const kind = refusedKind(request, size === 0);
      if (kind !== null) return refused(415, kind);
      if (size === 0 && request.headers['content-type'] === undefined) return resolve({ json: undefined });
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      if (!isUtf8(bytes)) return refused(400, 'expected a JSON body in UTF-8, got bytes that are none');
      try {
        resolve({ json: JSON.parse(bytes.toString('utf8')) });
      } catch (error) {
        refused(400, `expected a JSON body: ${(error as Error).message.slice(0, 120)}`);
      }
    });
  });
}

/** An error of the door itself, shaped as GraphQL clients expect. */
export function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  if (response.headersSent) return;
  const text = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
