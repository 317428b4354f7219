const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

const withoutPort = (host: string) => host.replace(/:\d{1,5}$/, '').toLowerCase();

/**
 * Whether a Host header names this server. A page of somebody else's whose name was made to point at 127.0.0.1 (DNS rebinding)
 * sends its own name, and is refused.
 */
export function isOurHost(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined) return false;
  const name = withoutPort(host);
  return (
    LOOPBACK.test(name) || allowed.some((one) => one.toLowerCase() === name || one.toLowerCase() === host.toLowerCase())
  );
}

/** Whether a WebSocket may come from this Origin: browsers ask no preflight for them. No Origin is no browser. */
export function isOurOrigin(
  origin: string | undefined,
  allowedOrigins: readonly string[],
  allowedHosts: readonly string[],
): boolean {
  if (origin === undefined) return true;
  if (allowedOrigins.includes(origin)) return true;
  try {
    return isOurHost(new URL(origin).host, allowedHosts);
  } catch {
    return false;
  }
}
