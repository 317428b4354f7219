import { SECURITY_HEADERS } from './http-answer.js';

/** On everything that belongs to a page: windows that opened it, or that it opens, cannot reach into it, and it asks for no device. */
export const PAGE_HEADERS = {
  ...SECURITY_HEADERS,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

/** A Content-Security-Policy: what is not named is not allowed, and no site may frame the page. */
function policy(directives: Readonly<Record<string, string>>): string {
  return Object.entries({
    'default-src': "'none'",
    ...directives,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  })
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}

/**
 * Nothing but this server's own files and connections; no inline script or style, no evaluation of text. `'self'` covers the
 * WebSocket at the same address.
 */
export const OWN_FILES_ONLY = policy({
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
});

/**
 * For a page whose scripts are all inline, named by hash: no other script runs, wherever it comes from. Its editor makes workers of
 * its own text (`blob:`) and writes style elements as it goes, which no hash can name.
 */
export const inlineScripts = (hashes: readonly string[]): string =>
  policy({
    'script-src': hashes.map((hash) => `'${hash}'`).join(' '),
    'worker-src': 'blob:',
    'style-src': "'unsafe-inline'",
    'font-src': 'data:',
    'img-src': 'data:',
    'connect-src': "'self'",
  });
