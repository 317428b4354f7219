import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { inlineScripts } from './page-headers.js';
import { etagOf, type ServedFile, serveFile } from './served-file.js';

const INLINE_SCRIPT = /<script>([\s\S]*?)<\/script>/g;

/** GraphiQL, one text of 9 MB without a CDN; made when it is first asked for, and kept. */
export class GraphiqlPage {
  #page: Promise<ServedFile> | null = null;

  /** Answers a GET or HEAD. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#page ??= made();
    serveFile(await this.#page, request, response);
  }
}

async function made(): Promise<ServedFile> {
  const text = renderGraphiQL({
    endpoint: '/graphql',
    title: 'scoregraph',
    subscriptionsProtocol: 'WS',
  } as never).replace(/\r\n?/g, '\n'); // as a browser reads it before it takes the hash
  const hashes = Array.from(
    text.matchAll(INLINE_SCRIPT),
    ([, script]) => `sha256-${createHash('sha256').update(script!).digest('base64')}`,
  );
  const plain = Buffer.from(text);
  return {
    type: 'text/html; charset=utf-8',
    plain,
    gzip: await promisify(gzip)(plain, { level: 6 }),
    etag: etagOf(plain),
    cache: 'no-cache',
    policy: inlineScripts(hashes),
  };
}
