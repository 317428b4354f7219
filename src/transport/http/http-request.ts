import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { badInput } from '../../core/errors.js';
import { quote } from '../../core/money.js';

/**
 * `x-deadline-ms`: how long the caller will wait, a whole number of milliseconds above 0. The guard caps it.
 * @throws ScoregraphError BAD_USER_INPUT when it is something else.
 */
export function deadlineOf(request: IncomingMessage): number | undefined {
  const header = request.headers['x-deadline-ms'];
  if (header === undefined) return undefined;
  const text = String(header);
  if (/^0*[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw badInput(
    `x-deadline-ms: expected a whole number of milliseconds from 1 to 999999999, got ${quote(text)}`,
    'x-deadline-ms',
  );
}

/** A body that was read, or why it was not. `json` is undefined when the request has none that may run: Apollo's rules answer it. */
export type Body =
  | { readonly json: unknown }
  | { readonly status: number; readonly code: string; readonly message: string };

const JSON_TYPE = /^application\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i;
/** Types that a page may send to another site without a preflight; so it may a body without a type. Their bodies are never parsed. */
const SIMPLE_TYPE = /^\s*(?:text\/plain|application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/** Whether a page of another site could have sent this without a preflight, as far as its type tells. */
function isSimple({ headers }: IncomingMessage): boolean {
  const type = headers['content-type'];
  return type === undefined || SIMPLE_TYPE.test(type);
}

/** Why a body of this kind is not read, or null when it may be. Quick for the usual one. */
function refusedKind({ headers }: IncomingMessage): string | null {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  if (encoding !== 'identity') return `expected a body that is not compressed, got content-encoding ${quote(encoding)}`;
  if (type === 'application/json') return null;
  if (!JSON_TYPE.test(type)) return `expected content-type application/json, got ${quote(type)}`;
  const charset = CHARSET.exec(type)?.[1] ?? 'utf-8';
  return /^utf-?8$/i.test(charset) ? null : `expected charset utf-8, got ${quote(charset)}`;
}

/** Reads a JSON body of at most `maxBytes`. What is too long is read on without keeping it, so that the answer arrives. */
export function readJson(request: IncomingMessage, maxBytes: number): Promise<Body> {
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
      if (request.headers['content-type'] !== 'application/json' && isSimple(request))
        return resolve({ json: undefined });
      const kind = refusedKind(request);
      if (kind !== null) return refused(415, kind);
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
