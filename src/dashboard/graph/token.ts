import { signal } from '@preact/signals';

const KEY = 'scoregraph-token';

/**
 * Who is signed in, for this tab only. A server without authentication never asks, and nothing is shown; one that answers
 * UNAUTHENTICATED makes the page ask for a token, which then goes with every request and with `connection_init`.
 */
export const token = signal<string | null>(sessionStorage.getItem(KEY));

/** The server refused a call for want of a token, or refused this one. */
export const signInNeeded = signal(false);

/** Goes on with this token, which the server takes: see sign-in.ts. */
export function takeToken(text: string): void {
  sessionStorage.setItem(KEY, text);
  token.value = text;
  signInNeeded.value = false;
}

/** Calls `act` whenever somebody has signed in: what was refused before is asked for again. @returns stops it. */
export function onSignedIn(act: () => void): () => void {
  let before = token.peek();
  return token.subscribe((now) => {
    if (now !== null && now !== before) act();
    before = now;
  });
}

/** Forgets the token and everything that was shown with it. */
export function signOut(): void {
  sessionStorage.removeItem(KEY);
  location.reload();
}

/** What is sent along, by whichever door. */
export const credentials = (): Record<string, string> =>
  token.value === null ? {} : { authorization: `Bearer ${token.value}` };
