import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { inlineScripts, PAGE_HEADERS } from './page-headers.js';
import { hasAlready, takesGzip } from './static-files.js';

const INLINE_SCRIPT = /<script>([\s\S]*?)<\/script>/g;

interface Page {
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly etag: string;
  readonly policy: string;
}

/** GraphiQL, one text of 9 MB without a CDN; made when it is first asked for, and kept. */
export class GraphiqlPage {
  #page: Promise<Page> | null = null;

  /** Answers a GET or HEAD. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#page ??= made();
    const { plain, gzip, etag, policy } = await this.#page;
    const headers: Record<string, string | number> = {
      ...PAGE_HEADERS,
      'content-security-policy': policy,
      'cache-control': 'no-cache',
      etag,
      vary: 'accept-encoding',
    };
    if (hasAlready(request, etag)) {
      response.writeHead(304, headers);
      response.end();
      return;
    }
    const compressed = takesGzip(request);
    const body = compressed ? gzip : plain;
    if (compressed) headers['content-encoding'] = 'gzip';
    response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8', 'content-length': body.length });
    response.end(body);
  }
}

async function made(): Promise<Page> {
  const text = renderGraphiQL({
    endpoint: '/graphql',
    title: 'scoregraph',
    subscriptionsProtocol: 'WS',
  } as never).replace(/\r\n?/g, '\n'); // as a browser reads it before it takes the hash
  const hashes = Array.from(text.matchAll(INLINE_SCRIPT), ([, script]) => `sha256-${digest(script!, 'base64')}`);
  const plain = Buffer.from(text);
  return {
    plain,
    gzip: await promisify(gzip)(plain, { level: 6 }),
    etag: `"${digest(plain, 'base64url').slice(0, 22)}"`,
    policy: inlineScripts(hashes),
  };
}

const digest = (bytes: string | Buffer, encoding: 'base64' | 'base64url') =>
  createHash('sha256').update(bytes).digest(encoding);
