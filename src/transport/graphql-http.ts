import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { messageOf } from '../core/errors.js';
import type { GraphContext } from '../graphql/context.js';
import type { GraphPipeline } from '../graphql/pipeline.js';

/** Headers that Apollo looks at; the others are not copied. */
const HEADERS = ['content-type', 'accept', 'apollo-require-preflight', 'x-apollo-operation-name'] as const;

export interface GraphqlHttpOptions {
  readonly apollo: ApolloServer<GraphContext>;
  readonly pipeline: GraphPipeline;
  readonly maxBodyBytes: number;
}

/** GraphQL over HTTP, on bare node:http: reads the body within its limit and hands it to Apollo. */
export function graphqlHttp({ apollo, pipeline, maxBodyBytes }: GraphqlHttpOptions) {
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
    const url = request.url!;
    const query = url.indexOf('?');
    const result = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method, headers, search: query < 0 ? '' : url.slice(query), body },
      context: async () => contextOf(request, pipeline, goneSignal(request.socket)),
    });
    const out: Record<string, string | number> = { ...SECURITY_HEADERS };
    for (const [name, value] of result.headers) out[name] = value;
    if (result.body.kind === 'complete') {
      out['content-length'] = Buffer.byteLength(result.body.string);
      response.writeHead(result.status ?? 200, out);
      response.end(result.body.string);
      return;
    }
    response.writeHead(result.status ?? 200, out);
    for await (const chunk of result.body.asyncIterator) {
      if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve));
    }
    response.end();
  };
}

/** On every answer, whoever gives it. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const;

const signals = new WeakMap<Socket, AbortSignal>();

/** Aborts when the connection closes: one for all its requests, since what was answered has nothing left to cancel. */
function goneSignal(socket: Socket): AbortSignal {
  let signal = signals.get(socket);
  if (signal === undefined) {
    const gone = new AbortController();
    signal = gone.signal;
    signals.set(socket, signal);
    socket.once('close', () => gone.abort());
  }
  return signal;
}

/** Admits the call; a refusal keeps its own sentence instead of Apollo's "context creation failed". */
function contextOf(request: IncomingMessage, pipeline: GraphPipeline, signal: AbortSignal): GraphContext {
  const header = request.headers['x-deadline-ms'];
  const deadlineMs = header === undefined ? undefined : /^\d{1,9}$/.test(String(header)) ? Number(header) : Number.NaN;
  try {
    return pipeline.context({ door: 'http', deadlineMs, signal });
  } catch (error) {
    throw new GraphQLError(`x-deadline-ms: ${messageOf(error)}`, {
      extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
    });
  }
}

type Body = { readonly json: unknown } | { readonly status: number; readonly code: string; readonly message: string };

function readJson(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const tooLarge = { status: 413, code: 'BAD_REQUEST', message: `expected a body of at most ${maxBytes} bytes` };
  return new Promise((resolve) => {
    const type = request.headers['content-type'] ?? '';
    const json = /^application\/(json|graphql\+json|[\w.-]+\+json)\b/i.test(type);
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      request.resume();
      resolve(tooLarge);
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        chunks.length = 0;
        resolve(tooLarge);
      } else chunks.push(chunk);
    });
    request.on('error', (error) =>
      resolve({ status: 400, code: 'BAD_REQUEST', message: `the body could not be read: ${error.message}` }),
    );
    request.on('close', () => resolve({ status: 400, code: 'BAD_REQUEST', message: 'the body ended early' }));
    request.on('end', () => {
      const text = (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8');
      if (!json) {
        // Apollo's CSRF rule decides what a request without a JSON body may be.
        if (type === '' && text === '') resolve({ json: undefined });
        else
          resolve({
            status: 415,
            code: 'BAD_REQUEST',
            message: `expected content-type application/json, got ${JSON.stringify(type.slice(0, 60))}`,
          });
        return;
      }
      try {
        resolve({ json: JSON.parse(text) });
      } catch (error) {
        resolve({
          status: 400,
          code: 'BAD_REQUEST',
          message: `expected a JSON body: ${(error as Error).message.slice(0, 120)}`,
        });
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
