import { signal } from '@preact/signals';
import { createClient } from 'graphql-ws/client';
import type { TypedDocumentString } from '../__generated__/graphql.js';
import { sayBusy } from './busy.js';
import { comeBackMs, type GraphError, hasCode, isBusy, isUnauthenticated } from './refusals.js';
import { credentials, onSignedIn, signInNeeded } from './token.js';

/** What the one WebSocket of the page is doing. */
export type Connection = 'connecting' | 'open' | 'lost';

export const connection = signal<Connection>('connecting');

/** A server that says nothing for so long after a ping is taken for gone: a laptop that slept, a cable that was pulled. */
const PING_MS = 10_000;
const PONG_MS = 5_000;
const LONGEST_WAIT_MS = 5_000;
/** Close code of a server that wants a token. */
const UNAUTHORIZED = 4401;

let pong: ReturnType<typeof setTimeout> | undefined;

const client = createClient({
  url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  connectionParams: credentials,
  keepAlive: PING_MS,
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: () => true,
  retryWait,
  on: {
    connected: () => {
      connection.value = 'open';
    },
    closed: (event) => {
      clearTimeout(pong);
      connection.value = 'lost';
      if ((event as CloseEvent).code === UNAUTHORIZED) signInNeeded.value = true;
    },
    ping: (received) => {
      if (!received) pong = setTimeout(() => client.terminate(), PONG_MS);
    },
    pong: (received) => {
      if (received) clearTimeout(pong);
    },
  },
});

/** A connection speaks for the token that it was opened with: another token, another connection. */
onSignedIn(() => client.terminate());

/** Twice as long each time up to a limit, with some chance in it so that a thousand pages do not come back at one instant. */
function retryWait(retries: number): Promise<void> {
  const most = Math.min(LONGEST_WAIT_MS, 250 * 2 ** retries);
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, most * (0.5 + Math.random() / 2));
    window.addEventListener('online', done);
  });
}

export interface Subscriber<TResult> {
  /** Called for every message that has data. */
  next(data: TResult): void;
  /**
   * The server refused this operation; it is asked again only when somebody has signed in anew. The connection's own troubles, and a server
   * that is busy, never come here.
   */
  refused?(errors: readonly GraphError[]): void;
}

/**
 * Subscribes until told to stop. The connection's losses are mended here, and a stream that the server ended (it is shutting
 * down) is asked for again. `variables` is read again each time: that is how a resume passes its newest cursor.
 * @returns stops it
 */
export function subscribe<TResult, TVariables>(
  document: TypedDocumentString<TResult, TVariables>,
  variables: () => TVariables,
  { next, refused }: Subscriber<TResult>,
): () => void {
  let stopped = false;
  let leave: () => void = () => {};
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unlisten: () => void = () => {};
  const again = (afterMs?: number) => {
    if (stopped) return;
    const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures++);
    timer = setTimeout(begin, Math.max(wait, afterMs ?? 0));
  };
  /** Counts the attempts: what an attempt says after it was given up is not heard. */
  let attempt = 0;
  const begin = () => {
    const mine = ++attempt;
    const payload = {
      query: document.toString(),
      // graphql-ws writes the payload anew for every connection it tries, so this is read then.
      get variables() {
        return variables() as Record<string, unknown>;
      },
    };
    leave = client.subscribe<TResult>(payload, {
      next({ data, errors }) {
        if (mine !== attempt) return;
        if (data != null) {
          failures = 0;
          next(data);
        } else if (errors !== undefined) {
          attempt++;
          leave();
          refuse(errors as readonly GraphError[]);
        }
      },
      error(error) {
        if (mine !== attempt) return;
        if (Array.isArray(error)) return refuse(error as readonly GraphError[]);
        if ((error as Partial<CloseEvent> | null)?.code === UNAUTHORIZED) signInNeeded.value = true;
        if (!waitForToken()) again();
      },
      complete() {
        if (mine === attempt) again();
      },
    });
  };
  const refuse = (errors: readonly GraphError[]) => {
    if (isUnauthenticated(errors)) signInNeeded.value = true;
    if (waitForToken()) return;
    if (isBusy(errors)) {
      const wait = comeBackMs(errors) ?? 500;
      sayBusy(hasCode(errors, 'RATE_LIMITED'), wait);
      again(wait);
    } else if (hasCode(errors, 'MODEL_UNAVAILABLE', 'DEADLINE_EXCEEDED')) again();
    else if (!stopped) {
      resumeWhen(onSignedIn);
      refused?.(errors);
    }
  };
  /** Signing in is the only thing that helps; then it goes on. */
  const waitForToken = (): boolean => {
    if (!signInNeeded.peek()) return false;
    resumeWhen((act) => signInNeeded.subscribe((needed) => !needed && act()));
    return true;
  };
  const resumeWhen = (listen: (act: () => void) => () => void) => {
    unlisten();
    unlisten = listen(() => {
      queueMicrotask(() => unlisten());
      if (!stopped) begin();
    });
  };
  begin();
  return () => {
    stopped = true;
    clearTimeout(timer);
    unlisten();
    leave();
  };
}
