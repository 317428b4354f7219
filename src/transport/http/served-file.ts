import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PAGE_HEADERS } from './page-headers.js';

/** A file that is answered from memory. */
export interface ServedFile {
  readonly type: string;
  readonly plain: Buffer;
  /** Null where compressing gains nothing. */
  readonly gzip: Buffer | null;
  readonly etag: string;
  readonly cache: string;
  /** Its content security policy. */
  readonly policy: string;
}

/** The ETag of a file's bytes. */
export const etagOf = (bytes: Buffer): string =>
  `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;

/** Answers a GET or HEAD: 304 to a client that has this version. */
export function serveFile(
  { type, plain, gzip, etag, cache, policy }: ServedFile,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const headers: Record<string, string | number> = {
    ...PAGE_HEADERS,
    'content-security-policy': policy,
    'cache-control': cache,
    etag,
    vary: 'accept-encoding',
  };
  if (hasAlready(request, etag)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const compressed = gzip !== null && takesGzip(request);
  const body = compressed ? gzip : plain;
  if (compressed) headers['content-encoding'] = 'gzip';
  response.writeHead(200, { ...headers, 'content-type': type, 'content-length': body.length });
  response.end(body); // node leaves the body out for HEAD
}

/** Whether the client has this version. */
const hasAlready = ({ headers }: IncomingMessage, etag: string): boolean =>
  headers['if-none-match']?.split(/\s*,\s*/).includes(etag) ?? false;

const takesGzip = ({ headers }: IncomingMessage): boolean =>
  /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:\s|,|$))/i.test(String(headers['accept-encoding']));
