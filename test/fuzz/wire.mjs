import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { tampered } from './documents.mjs';
import { hostile, jsonOf } from './values.mjs';

const body = '{"query":"{ models { name } }"}';
const REQUESTS = [
  `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  'GET /graphql?query=%7B%20models%20%7B%20name%20%7D%20%7D HTTP/1.1\r\nHost: localhost\r\nApollo-Require-Preflight: 1\r\n\r\n',
  'GET /graphql?query=subscription%7BliveStats%7B__typename%7D%7D HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n',
  'PUT /graphql HTTP/1.1\r\nHost: localhost\r\nX-GraphQL-Event-Stream-Token: x\r\n\r\n',
  'DELETE /graphql?operationId=1 HTTP/1.1\r\nHost: localhost\r\nX-GraphQL-Event-Stream-Token: x\r\n\r\n',
  'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  'POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: 3\r\n\r\n{}\n',
  'GET /v2/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /metrics HTTP/1.0\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n',
];

/** Bytes for the bare socket: requests that were tampered with, several at once, cut off; and mere noise. */
export const bytes = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.gen().map((g) => {
      let text = g(() => fc.constantFrom(...REQUESTS));
      const times = g(fc.nat, { max: 4 });
      for (let i = 0; i < times; i++) text = tampered(g, text);
      if (g(fc.nat, { max: 5 }) === 0) text += g(() => fc.constantFrom(...REQUESTS));
      if (g(fc.nat, { max: 5 }) === 0) text = text.slice(0, g(fc.nat, { max: text.length }));
      return Buffer.from(text, g(fc.boolean) ? 'utf8' : 'latin1');
    }),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2_000 }).map((noise) => Buffer.from(noise)) },
);

const INIT = { type: 'connection_init' };
/** Messages for one WebSocket, in any order: `{ data, binary, fin }`. */
export const conversations = (operations) => {
  const message = fc.oneof(
    fc
      .constantFrom(INIT, INIT, { type: 'ping', payload: { a: 1 } }, { type: 'pong' }, { id: '1', type: 'complete' })
      .map(jsonOf),
    fc
      .tuple(fc.constantFrom('1', '2', '', '__proto__', 'x'.repeat(200)), operations)
      .map(([id, op]) => `{"id":${JSON.stringify(id)},"type":"subscribe","payload":${op}}`),
    fc
      .record({
        id: hostile,
        type: fc.constantFrom('subscribe', 'complete', 'ping', 'connection_init', 'next', 'connection_ack'),
        payload: hostile,
      })
      .map(jsonOf),
    hostile.map(jsonOf),
    fc.string({ maxLength: 60 }),
  );
  const frame = fc.record({
    data: fc.oneof(
      { weight: 6, arbitrary: message },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((noise) => Buffer.from(noise)) },
    ),
    binary: fc.nat({ max: 12 }).map((n) => n === 0),
    fin: fc.nat({ max: 12 }).map((n) => n !== 0),
  });
  return fc
    .tuple(fc.nat({ max: 4 }), fc.array(frame, { maxLength: 8 }))
    .map(([n, frames]) => (n === 0 ? frames : [{ data: jsonOf(INIT), binary: false, fin: true }, ...frames]));
};

const LINES = [
  {
    type: 'transaction',
    transactionId: 'f',
    customerId: 'c1',
    merchant: 'm',
    category: 'travel',
    amount: { amount: '5.00', currency: 'USD' },
    occurredAt: '2026-03-01T12:30:00Z',
  },
  {
    type: 'interaction',
    interactionId: 'f',
    customerId: 'c1',
    itemId: '85123A',
    kind: 'VIEW',
    occurredAt: '2026-03-01T12:30:00Z',
  },
  { type: 'customer', customerId: 'c3', country: 'France', birthDate: '1980-05-17' },
  { type: 'item', itemId: 'i1', title: 'A thing' },
];
const line = fc.gen().map((g) => {
  const made = { ...g(() => fc.constantFrom(...LINES)) };
  const names = Object.keys(made);
  const changes = g(fc.nat, { max: 3 });
  for (let i = 0; i < changes; i++) made[g(() => fc.constantFrom(...names, 'extra'))] = g(() => hostile);
  if ('transactionId' in made && g(fc.boolean)) made.transactionId = `f${g(fc.nat, { max: 1_000 })}`;
  const text = jsonOf(made);
  return g(fc.nat, { max: 4 }) === 0 ? tampered(g, text) : text;
});

/** Bodies for the door of events: `{ bytes, gzip }`. */
export const lineBodies = fc.gen().map((g) => {
  const text = g(() => fc.array(line, { maxLength: 8 })).join(
    g(() => fc.constantFrom('\n', '\n', '\r\n', '\n\n', '\n\u0000')),
  );
  let made = Buffer.from(text, g(fc.nat, { max: 6 }) === 0 ? 'latin1' : 'utf8');
  const gzip = g(fc.nat, { max: 5 }) === 0;
  if (gzip) made = gzipSync(made, { level: 1 });
  if (gzip && g(fc.nat, { max: 2 }) === 0) made = made.subarray(0, g(fc.nat, { max: made.length }));
  return { bytes: made, gzip };
});
