import { request } from 'node:http';

/** One event of an event stream. */
export interface SseEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

/** An event stream as a test reads it: by hand, so that it can also be left unread. */
export interface SseStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly events: SseEvent[];
  /** Everything as it came. */
  readonly text: () => string;
  /** Resolves when the response has ended, properly or not. */
  readonly ended: Promise<'end' | 'aborted'>;
  /** Resolves when that many events came; rejects when the stream ends before. */
  next(count: number): Promise<SseEvent[]>;
  pause(): void;
  resume(): void;
  close(): void;
}

/** Opens an event stream; resolves with its headers. */
export function openSse(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<SseStream> {
  const { method = options.body === undefined ? 'GET' : 'POST', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const asking = request(url, {
      method,
      agent: false,
      headers: {
        accept: 'text/event-stream',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    asking.on('error', reject);
    asking.on('response', (response) => {
      const chunks: string[] = [];
      let rest = '';
      let over = false;
      let wake: () => void = () => {};
      const events: SseEvent[] = [];
      const text = () => chunks.join('');
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        chunks.push(chunk);
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop()!;
        for (const block of blocks) {
          const event = parse(block);
          if (event !== null) events.push(event);
        }
        wake();
      });
      const ended = new Promise<'end' | 'aborted'>((done) => {
        response.on('end', () => done('end'));
        response.on('error', () => done('aborted'));
        response.on('close', () => {
          over = true;
          wake();
          done('aborted');
        });
      });
      resolve({
        status: response.statusCode!,
        headers: response.headers,
        events,
        text,
        ended,
        async next(count) {
          while (events.length < count) {
            if (over)
              throw new Error(`the stream ended after ${events.length} of ${count} events: ${text().slice(-300)}`);
            await new Promise<void>((done) => {
              wake = done;
            });
          }
          return events.slice(0, count);
        },
        pause: () => response.pause(),
        resume: () => response.resume(),
        close: () => asking.destroy(),
      });
    });
    asking.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

function parse(block: string): SseEvent | null {
  let event = 'message';
  let id: string | null = null;
  let data: string | null = null;
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const value = line.slice(colon + 1).replace(/^ /, '');
    if (line.startsWith('event:')) event = value;
    else if (line.startsWith('id:')) id = value;
    else if (line.startsWith('data:')) data = data === null ? value : `${data}\n${value}`;
  }
  return data === null ? null : { event, id, data };
}
