import { randomUUID } from 'node:crypto';
import { EventSource } from 'eventsource';
import { WebSocket } from 'ws';
import {
  type Ask,
  bodyOf,
  type Door,
  headersOf,
  http,
  type Outcome,
  outcome,
  PATIENCE_MS,
  type WireResult,
} from './door.js';

const GRAPH = '/graphql';
const JSON_BODY = { 'content-type': 'application/json' };

/** Results in an event stream: those of `next`, or a whole JSON document where the door refused. */
function sseResults(text: string): WireResult[] {
  if (text.startsWith('{')) return [JSON.parse(text)];
  return [...text.matchAll(/^event: next\n(?:id: .*\n)?data: (.*)$/gm)].map(([, json]) => {
    const { payload, ...own } = JSON.parse(json!);
    return payload ?? own;
  });
}
const firstEvent = (text: string) => /^event: (next|complete)\n(?:id: .*\n)?data:.*\n\n/m.test(text);

const post: Door = {
  name: 'HTTP POST',
  takes: 'operations',
  async ask(url, ask) {
    const headers = { ...JSON_BODY, accept: 'application/json', ...headersOf(ask) };
    const answered = await http(url + GRAPH, { method: 'POST', headers, body: bodyOf(ask) });
    return outcome([JSON.parse(answered.text)], answered);
  },
};

const searchOf = ({ query = '', operationName, variables, extensions, raw }: Ask) => {
  if (raw !== undefined) return raw;
  const search = new URLSearchParams({ query });
  if (operationName !== undefined) search.set('operationName', operationName);
  if (variables !== undefined) search.set('variables', JSON.stringify(variables));
  if (extensions !== undefined) search.set('extensions', JSON.stringify(extensions));
  return search.toString();
};

const get: Door = {
  name: 'HTTP GET',
  takes: 'operations',
  async ask(url, ask) {
    const headers = { accept: 'application/json', 'apollo-require-preflight': '1', ...headersOf(ask) };
    const answered = await http(`${url}${GRAPH}?${searchOf(ask)}`, { method: 'GET', headers });
    return outcome(answered.text.startsWith('{') ? [JSON.parse(answered.text)] : [], answered);
  },
};

/** graphql-transport-ws, spoken by hand: a client library would hide how it is refused. */
const webSocket: Door = {
  name: 'WebSocket',
  takes: 'operations',
  ask(url, ask) {
    const { authorization, origin } = ask;
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}${GRAPH}`, 'graphql-transport-ws', {
        ...(origin === undefined ? {} : { origin }),
      });
      const results: WireResult[] = [];
      let text = '';
      const late = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms: ${text}`)), PATIENCE_MS);
      const done = (end: { status?: number; closeCode?: number | null }) => {
        clearTimeout(late);
        resolve(outcome(results, { ...end, text }));
        socket.terminate();
      };
      socket.on('error', () => {}); // what it is about comes by `unexpected-response` or `close`
      socket.on('unexpected-response', (_request, response) => {
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => {
          if (text !== '') results.push(JSON.parse(text));
          done({ status: response.statusCode! });
        });
      });
      socket.on('close', (closeCode, reason) => {
        text += String(reason);
        // What a close frame can carry: the code stands for the error's.
        const code = closeCode === 4401 || closeCode === 4403 ? 'UNAUTHENTICATED' : `CLOSE_${closeCode}`;
        results.push({ errors: [{ message: String(reason), extensions: { code } }] });
        done({ closeCode });
      });
      socket.on('open', () =>
        socket.send(
          JSON.stringify({
            type: 'connection_init',
            ...(authorization === undefined ? {} : { payload: { authorization } }),
          }),
        ),
      );
      socket.on('message', (frame) => {
        text += String(frame);
        const { type, payload } = JSON.parse(String(frame));
        if (type === 'connection_ack') return socket.send(`{"id":"1","type":"subscribe","payload":${bodyOf(ask)}}`);
        if (type === 'next') results.push(payload);
        if (type === 'error') results.push({ errors: payload });
        if (type === 'next' || type === 'error' || type === 'complete') done({ closeCode: null });
      });
    });
  },
};

const ssePost: Door = {
  name: 'SSE by POST',
  takes: 'operations',
  async ask(url, ask) {
    const headers = { ...JSON_BODY, accept: 'text/event-stream', ...headersOf(ask) };
    const answered = await http(url + GRAPH, { method: 'POST', headers, body: bodyOf(ask), until: firstEvent });
    return outcome(sseResults(answered.text), answered);
  },
};

/** A real EventSource. It hides what it is refused with, so its requests are looked at on their way. */
const sseGet: Door = {
  name: 'SSE by GET (EventSource)',
  takes: 'operations',
  ask(url, ask) {
    return new Promise((resolve, reject) => {
      let status: number | null = null;
      let refused: Promise<string> | null = null;
      const source = new EventSource(`${url}${GRAPH}?${searchOf(ask)}`, {
        fetch: async (address, init) => {
          const response = await fetch(address, { ...init, headers: { ...init.headers, ...headersOf(ask) } });
          status = response.status;
          if (status !== 200) refused = response.clone().text();
          return response;
        },
      });
      const late = setTimeout(() => done(() => reject(new Error(`no event within ${PATIENCE_MS} ms`))), PATIENCE_MS);
      const done = (then: () => void) => {
        clearTimeout(late);
        source.close();
        then();
      };
      const told = (text: string, results: WireResult[]) => done(() => resolve(outcome(results, { status, text })));
      source.addEventListener('next', ({ data }) => told(data, [JSON.parse(data)]));
      source.addEventListener('complete', () => told('', []));
      source.addEventListener('error', () => {
        if (refused === null) return done(() => reject(new Error(`the stream broke off with ${status}`)));
        void refused.then((text) => told(text, text.startsWith('{') ? [JSON.parse(text)] : []));
      });
    });
  },
};

/** graphql-sse's single connection mode: a stream is reserved and opened, the operation posted beside it. */
const sseSingle: Door = {
  name: 'SSE, one stream',
  takes: 'operations',
  async ask(url, ask) {
    const own = headersOf(ask);
    const reserved = await http(url + GRAPH, { method: 'PUT', headers: own });
    if (reserved.status !== 201) return outcome([JSON.parse(reserved.text)], reserved);
    const token = { 'x-graphql-event-stream-token': reserved.text };
    let opened: () => void;
    const isOpen = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const leave = new AbortController();
    const stream = http(url + GRAPH, {
      method: 'GET',
      headers: { accept: 'text/event-stream', ...token, ...own },
      until: firstEvent,
      onOpen: () => opened(),
      signal: leave.signal,
    });
    await Promise.race([isOpen, stream]);
    const extensions = { ...ask.extensions, operationId: randomUUID() };
    const posted = await http(url + GRAPH, {
      method: 'POST',
      headers: { ...JSON_BODY, accept: 'application/json', ...token, ...own },
      body: bodyOf({ ...ask, extensions }),
    });
    if (posted.status !== 202) {
      leave.abort();
      await stream.catch(() => {});
      return outcome([JSON.parse(posted.text)], posted);
    }
    const answered = await stream;
    return outcome(sseResults(answered.text), { status: posted.status, text: answered.text });
  },
};

const PART = /\r\ncontent-type: application\/json\r\n\r\n(.*)\r\n--graphql/g;
function parts(text: string): WireResult[] {
  return [...text.matchAll(PART)].flatMap(([, json]) => {
    const { payload, errors } = JSON.parse(json!);
    return [...(payload == null ? [] : [payload]), ...(errors === undefined ? [] : [{ errors }])];
  });
}

/** As Apollo Client's HttpLink asks for a subscription. */
const multipart: Door = {
  name: 'multipart',
  takes: 'streams',
  async ask(url, ask) {
    const headers = {
      ...JSON_BODY,
      accept: 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json',
      ...headersOf(ask),
    };
    const until = (text: string) => parts(text).length > 0;
    const answered = await http(url + GRAPH, { method: 'POST', headers, body: bodyOf(ask), until });
    return outcome(
      answered.type.startsWith('multipart') ? parts(answered.text) : [JSON.parse(answered.text)],
      answered,
    );
  },
};

/** Streams of events. A refused line is an error with the line's code; so is the reason why the stream ended. */
const lines: Door = {
  name: 'JSON lines',
  takes: 'lines',
  async ask(url, ask) {
    const headers = { 'content-type': 'application/x-ndjson', ...headersOf(ask) };
    const answered = await http(`${url}/v1/events`, { method: 'POST', headers, body: ask.raw ?? ask.lines ?? '' });
    if (answered.type.startsWith('application/json')) return outcome([JSON.parse(answered.text)], answered);
    const said = answered.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { summary } = said.at(-1);
    const errors = [
      ...said.slice(0, -1).filter((line) => 'code' in line),
      ...(summary.error === null ? [] : [summary.error]),
    ].map(({ message, code, ...rest }) => ({ message, extensions: { code, ...rest } }));
    return outcome([{ errors, data: summary }], answered);
  },
};

/** Every door of the server, as a client that is known to use it. A new one is one line here; the attacks find it by themselves. */
export const DOORS: readonly Door[] = [post, get, webSocket, ssePost, sseGet, sseSingle, multipart, lines];

export type { Outcome };
