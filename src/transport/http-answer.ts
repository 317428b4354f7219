import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** On every answer, whoever gives it. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const;

/** The same as name, value, name, value …, as `writeHead` takes them quickest. */
export const SECURITY = Object.entries(SECURITY_HEADERS).flat();

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

/**
 * Mostly the operating system takes an answer at once. What it did not take waits here, but not for ever: a client that takes
 * none of it for so long is cut off. The end of the answer puts the keep-alive timeout in this one's place.
 */
export function expectReading(socket: Socket, unreadMs: number): void {
  if (socket.writableLength > 0) socket.setTimeout(unreadMs);
}
