import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ScoregraphError } from '../../core/errors.js';
import type { Refusal } from '../refusals.js';

/** On every answer, whoever gives it. Pages have more: see page-headers.ts. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  // No other site may embed an answer. Pages that may read one (CORS) are not asked for this.
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** The same as name, value, name, value …, as `writeHead` takes them quickest. */
export const SECURITY = Object.entries(SECURITY_HEADERS).flat();

/** An error of the door itself, shaped as GraphQL clients expect. */
export const refusalText = (code: string, message: string, more: object = {}): string =>
  JSON.stringify({ errors: [{ message, extensions: { code, ...more } }] });

/** Answers with an error of the door itself; `more` stands beside its code. */
export function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  more: object = {},
): void {
  if (response.headersSent) return;
  const text = refusalText(code, message, more);
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}

/** The same, where every door says it in these words. */
export const refuseWith = (response: ServerResponse, { status, code, message }: Refusal): void =>
  refuse(response, status, code, message);

/** Refuses somebody of whom it is not known who they are. */
export function refuseUnknown(response: ServerResponse, { code, message }: ScoregraphError): void {
  response.setHeader('www-authenticate', 'Bearer realm="scoregraph"');
  refuse(response, 401, code, message);
}

/** Refuses for now: the same may be asked again in a second. */
export function refuseBusy(response: ServerResponse, message: string): void {
  response.setHeader('retry-after', '1');
  refuse(response, 503, 'QUEUE_FULL', message);
}

/** An answer for who has a bare connection: `status` as in `404 Not Found`. The connection is to be closed after it. */
export function bareAnswer(status: string, headers = '', body = ''): string {
  return `HTTP/1.1 ${status}\r\n${BARE}${headers}Connection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
const BARE = Object.entries(SECURITY_HEADERS)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

/** A short text that nobody may keep. */
export function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}

/**
 * Mostly the operating system takes an answer at once. What it did not take waits here, but not for ever: a client that takes
 * none of it for so long is cut off. The end of the answer puts the keep-alive timeout in this one's place.
 */
export function expectReading(socket: Socket, unreadMs: number): void {
  if (socket.writableLength > 0) socket.setTimeout(unreadMs);
}
