import type { IncomingMessage } from 'node:http';

const ABSOLUTE = /^https?:\/\/([^/?#]+)([/?].*)?$/i;

/**
 * Brings a request into the usual form, path and query in `url`. Proxies and careful clients may send the whole address in its place
 * (RFC 9112, 3.2.2); its name then counts, not that of the Host header.
 * @returns whether it is a path, or could be made one
 */
export function asPath(request: IncomingMessage): boolean {
  const url = request.url!;
  if (url.charCodeAt(0) === 0x2f) return true;
  const parts = ABSOLUTE.exec(url);
  if (parts === null) return false;
  const [, host, rest = '/'] = parts;
  request.headers.host = host;
  request.url = rest.startsWith('?') ? `/${rest}` : rest;
  return true;
}

/** The path of a URL, as it was written. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
