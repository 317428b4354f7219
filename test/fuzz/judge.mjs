import { ERROR_CODES } from '../../dist/core/errors.js';

/** Codes that GraphQL's libraries give. */
const LIBRARY_CODES = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
];
/** Why a line was refused. */
const LINE_CODES = [
  'INVALID',
  'DUPLICATE_WITH_OTHER_CONTENT',
  'UNKNOWN_CUSTOMER',
  'UNKNOWN_ITEM',
  'BEING_ERASED',
  'UNKNOWN_PREDICTION',
  'TOO_OLD',
  'IN_FUTURE',
];
const KNOWN = new Set([...ERROR_CODES, ...LIBRARY_CODES]);
const KNOWN_OF_LINES = new Set([...KNOWN, ...LINE_CODES]);
const LEAK = /\n\s*at |\.[cm]?[jt]s:\d|node_modules|\/(?:work|tmp|home)\/|SQLITE|no such table/;

/** What was seen so far: answers by code. */
export const seen = new Map();
const note = (code) => seen.set(code, (seen.get(code) ?? 0) + 1);

function judgeError({ message, extensions, code = extensions?.code }, known) {
  note(code);
  if (code === 'INTERNAL_SERVER_ERROR') throw new Error(`an internal error: ${message}`);
  if (!known.has(code)) throw new Error(`an unknown code, ${code}: ${message}`);
  if (typeof message !== 'string' || message === '') throw new Error(`an error of ${code} without a message`);
  if (LEAK.test(message)) throw new Error(`a message that says too much: ${message.slice(0, 300)}`);
}

/** Throws when a GraphQL result, as JSON, is not as any may be. */
export function judgeResult(text) {
  const result = typeof text === 'string' ? JSON.parse(text) : text;
  for (const error of result.errors ?? []) judgeError(error, KNOWN);
  if (result.errors === undefined && result.data === undefined) throw new Error(`neither data nor errors: ${text}`);
  if (result.errors === undefined) note('fine');
}

/** The same for what the door of events answers. */
export function judgeLines(text) {
  const said = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const line of said) {
    if (line.errors !== undefined) judgeResult(line);
    else if (line.summary?.error) judgeError(line.summary.error, KNOWN);
    else if ('code' in line) judgeError(line, KNOWN_OF_LINES);
    else note('fine');
  }
}

/** And for bytes that a bare connection got back. */
export function judgeBytes(text) {
  if (text === '') return note('closed without a word');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
  if (status === undefined) throw new Error(`no HTTP: ${text.slice(0, 200)}`);
  note(`HTTP ${status}`);
  if (status.startsWith('5') && status !== '503') throw new Error(`status ${status}: ${text.slice(0, 300)}`);
  if (LEAK.test(text)) throw new Error(`an answer that says too much: ${text.slice(0, 500)}`);
  if (text.includes('INTERNAL_SERVER_ERROR')) throw new Error(`an internal error: ${text.slice(0, 500)}`);
}

/** And for what a WebSocket said, and how it ended. */
export function judgeSocket(messages, closeCode) {
  for (const text of messages) {
    const { type, payload } = JSON.parse(text);
    if (type === 'error') for (const error of payload) judgeError(error, KNOWN);
    if (type === 'next') judgeResult(payload);
  }
  note(closeCode === null ? 'socket stays open' : `close ${closeCode}`);
  if ([1006, 1011, 4500].includes(closeCode)) throw new Error(`a socket closed with ${closeCode}`);
}
