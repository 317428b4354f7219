import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ScoregraphError } from '../../core/errors.js';

/** On every answer, whoever gives it. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
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
  });
  response.end(text);
}

/** Refuses somebody of whom it is not known who they are. */
export function refuseUnknown(response: ServerResponse, { code, message }: ScoregraphError): void {
  response.setHeader('www-authenticate', 'Bearer realm="scoregraph"');
  refuse(response, 401, code, message);
}

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
