import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;
const DEFAULT_PORT: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

const PORT = /:(\d{1,5})$/;
const withoutPort = (host: string) => host.replace(PORT, '').toLowerCase();
const portOf = (host: string) => PORT.exec(host)?.[1];

/**
 * Whether a Host header names this server. A page of somebody else's whose name was made to point at 127.0.0.1 (DNS rebinding)
 * sends its own name, and is refused.
 */
export function isOurHost(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined) return false;
  return LOOPBACK.test(withoutPort(host)) || isAllowed(host, allowed);
}

const isAllowed = (host: string, allowed: readonly string[]) =>
  allowed.some((one) => one.toLowerCase() === withoutPort(host) || one.toLowerCase() === host.toLowerCase());

/**
 * Whether a WebSocket to `host` may come from this Origin: browsers ask no preflight for them. A page that this server gave, or
 * one that was allowed; a page that another program serves on this machine is neither. No Origin is no browser.
 */
export function isOurOrigin(
  origin: string | undefined,
  host: string,
  allowedOrigins: readonly string[],
  allowedHosts: readonly string[],
): boolean {
  if (origin === undefined || allowedOrigins.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (isAllowed(page.host, allowedHosts)) return true;
  const standard = DEFAULT_PORT[page.protocol];
  return LOOPBACK.test(page.hostname) && (page.port || standard) === (portOf(host) ?? standard);
}

/**
 * Whether a GET that browsers send without a preflight may come from the page that sends it: a page of this server, one that was
 * allowed, or no page at all. Browsers that hide the Origin name the relation of the two sites.
 */
export function isFromOurPage(
  headers: IncomingHttpHeaders,
  allowedOrigins: readonly string[],
  allowedHosts: readonly string[],
): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined) return isOurOrigin(origin, host!, allowedOrigins, allowedHosts);
  return site === undefined || site === 'same-origin' || site === 'none';
}
