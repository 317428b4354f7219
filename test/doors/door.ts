import { request } from 'node:http';

/** One question, as any door can bring it. */
export interface Ask {
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: object;
  readonly extensions?: object;
  /** JSON lines, for the door that takes events. */
  readonly lines?: string;
  /** `Bearer …`; absent: nothing is shown. */
  readonly authorization?: string;
  /** Of the page that asks; absent: no page does. */
  readonly origin?: string;
  /** Sent in place of the operation, as it is: for what is none. On a WebSocket: the payload of `subscribe`, as JSON. */
  readonly raw?: string;
}

export interface Shown {
  readonly message: string;
  readonly code: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** What came of it, whatever the door. */
export interface Outcome {
  /** Of the first response; null where there was none. */
  readonly status: number | null;
  /** Of a socket that the server closed; null where it did not. */
  readonly closeCode: number | null;
  readonly errors: readonly Shown[];
  // biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape the query gave it
  readonly data: any;
  /** Everything that came, as it came: to be searched for what must not be in it. */
  readonly text: string;
}

export interface Door {
  readonly name: string;
  /** What it is for. A door for streams alone is asked with an attack's `stream`. */
  readonly takes: 'operations' | 'streams' | 'lines';
  /** Asks as a real client on a connection of its own; for a subscription the first result counts. */
  ask(url: string, ask: Ask): Promise<Outcome>;
}

interface WireError {
  readonly message?: unknown;
  readonly extensions?: Readonly<Record<string, unknown>>;
}
export interface WireResult {
  readonly data?: unknown;
  readonly errors?: readonly WireError[];
}

/** Puts an outcome together. */
export function outcome(
  results: readonly (WireResult | null)[],
  { status = null, closeCode = null, text }: { status?: number | null; closeCode?: number | null; text: string },
): Outcome {
  const errors = results.flatMap((result) => result?.errors ?? []);
  return {
    status,
    closeCode,
    errors: errors.map(({ message, extensions = {} }) => ({
      message: String(message),
      code: String(extensions.code),
      extensions,
    })),
    data: results.find((result) => result?.data != null)?.data ?? null,
    text,
  };
}

export const bodyOf = ({ query, operationName, variables, extensions, raw }: Ask): string =>
  raw ?? JSON.stringify({ query, operationName, variables, extensions });

export const headersOf = ({ authorization, origin }: Ask): Record<string, string> => ({
  ...(authorization === undefined ? {} : { authorization }),
  ...(origin === undefined ? {} : { origin }),
});

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** How long a client waits: what hangs is a failure of its own. */
export const PATIENCE_MS = 20_000;

/** One HTTP request on a connection of its own. `until` ends it early: a stream says all it has to say in its first result. */
export function http(
  url: string,
  options: {
    method: string;
    headers: Record<string, string>;
    body?: string;
    until?: (text: string) => boolean;
    onOpen?: () => void;
    signal?: AbortSignal;
  },
): Promise<Answered> {
  const { method, headers, body, until, onOpen, signal } = options;
  return new Promise((resolve, reject) => {
    const asking = request(url, { method, headers, agent: false, timeout: PATIENCE_MS, ...(signal && { signal }) });
    let answered = false;
    asking.on('timeout', () => asking.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    asking.on('error', (error) => answered || reject(error));
    asking.on('response', (response) => {
      answered = true;
      let text = '';
      const done = () => {
        asking.destroy();
        resolve({ status: response.statusCode!, type: response.headers['content-type'] ?? '', text });
      };
      onOpen?.();
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (until?.(text)) done();
      });
      response.on('end', done);
      response.on('close', done);
    });
    asking.end(body);
  });
}
