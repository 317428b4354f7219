import { type HandClient, handClient } from '../unit/transport/raw-clients.js';
import type { Answer } from './server.js';
import { openSse } from './sse.js';

/** How a client names a document. */
export interface Naming {
  readonly query?: string;
  readonly documentId?: string;
  readonly extensions?: object;
}

export interface DocumentDoor {
  /** Asks once and answers the first result, wherever the door says it. */
  ask(url: string, naming: Naming): Promise<Answer>;
  /** A document that this door answers. */
  readonly document: string;
  readonly data: object;
}

const QUERY = { document: 'query Door { hello }', data: { hello: 'hello world' } };
const json = { 'content-type': 'application/json' };

const search = ({ query, documentId, extensions }: Naming) => {
  const url = new URLSearchParams();
  if (query !== undefined) url.set('query', query);
  if (documentId !== undefined) url.set('documentId', documentId);
  if (extensions !== undefined) url.set('extensions', JSON.stringify(extensions));
  return url;
};

const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });

/** Every door of the graph, spoken to by hand. */
export const DOCUMENT_DOORS: Readonly<Record<string, DocumentDoor>> = {
  'HTTP POST': { ...QUERY, ask: async (url, naming) => (await post(url, naming)).json() as Promise<Answer> },
  'HTTP GET': {
    ...QUERY,
    async ask(url, naming) {
      const response = await fetch(`${url}?${search(naming)}`, { headers: { 'apollo-require-preflight': 'true' } });
      return (await response.json()) as Answer;
    },
  },
  WebSocket: {
    ...QUERY,
    async ask(url, naming) {
      const client: HandClient = await handClient(Number(new URL(url).port));
      client.send({ id: '1', type: 'subscribe', payload: naming });
      const { type, payload } = await client.frame(({ id }) => id === '1');
      client.socket.close();
      return type === 'error' ? { errors: payload } : payload;
    },
  },
  'SSE, a stream each, by POST': {
    ...QUERY,
    async ask(url, naming) {
      const stream = await openSse(url, { body: naming });
      return stream.status === 200 ? JSON.parse((await stream.next(1))[0]!.data) : refused(stream);
    },
  },
  'SSE, a stream each, by GET': {
    ...QUERY,
    async ask(url, naming) {
      const stream = await openSse(`${url}?${search(naming)}`);
      return stream.status === 200 ? JSON.parse((await stream.next(1))[0]!.data) : refused(stream);
    },
  },
  'SSE, one stream': {
    ...QUERY,
    async ask(url, naming) {
      const token = await (await fetch(url, { method: 'PUT' })).text();
      const headers = { 'x-graphql-event-stream-token': token };
      const stream = await openSse(url, { headers });
      const extensions = { ...naming.extensions, operationId: '1' };
      const started = await post(url, { ...naming, extensions }, headers);
      const answer = started.ok ? JSON.parse((await stream.next(1))[0]!.data).payload : await started.json();
      stream.close();
      return answer;
    },
  },
  multipart: {
    document: 'subscription Door { count(to: 1) }',
    data: { count: 1 },
    async ask(url, naming) {
      const response = await post(url, naming, { accept: 'multipart/mixed;subscriptionSpec=1.0' });
      const text = await response.text();
      const parts = text.split(/\r?\n/).filter((line) => line.startsWith('{') && line !== '{}');
      const first = JSON.parse(parts[0]!);
      return first.payload ?? first;
    },
  },
};

async function refused(stream: Awaited<ReturnType<typeof openSse>>): Promise<Answer> {
  await stream.ended;
  return JSON.parse(stream.text());
}
