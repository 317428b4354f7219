import { badInput } from '../core/errors.js';
import type { Hub } from '../events/hub.js';

/** One entry of a log-backed stream. */
export interface Positioned<T> {
  readonly position: number;
  readonly value: T;
}

/** A stream that can be read again from any position and tells of new entries as they come. */
export interface LogBackedSource<T> {
  /** Name inside cursors: a cursor of one stream is refused by another. */
  readonly name: string;
  /** Entries with position > `after`, oldest first. */
  read(after: number, limit: number): Promise<readonly Positioned<T>[]>;
  /** Newest readable position. */
  head(): number;
  /** Positions up to here may be gone. */
  horizon(): number;
  readonly live: Hub<Positioned<T>>;
}

/** What a subscriber gets; every message says where to resume. */
export type StreamMessage<T> =
  | { readonly kind: 'event'; readonly cursor: string; readonly value: T }
  | { readonly kind: 'caughtUp'; readonly cursor: string; readonly replayed: number }
  | {
      readonly kind: 'lagged';
      readonly cursor: string;
      readonly missed: number | null;
      readonly reason: 'SLOW_CONSUMER' | 'CONFLATED' | 'RETENTION';
    };

export interface FollowOptions<T> {
  /** Resume after this cursor; absent: from now on. */
  readonly after?: string | null | undefined;
  readonly filter?: ((value: T) => boolean) | undefined;
  /** Live entries kept for a slow reader; beyond it the oldest go and `lagged` says how many. Default 1,000. */
  readonly capacity?: number;
  readonly signal?: AbortSignal | undefined;
}

const PAGE = 500;

/** Makes the opaque cursor of a position. */
export function encodeCursor(stream: string, position: number): string {
  return Buffer.from(`${stream}:${position}`).toString('base64url');
}

/**
 * Reads a cursor back.
 * @throws ScoregraphError BAD_USER_INPUT when it is none, or belongs to another stream.
 */
export function decodeCursor(stream: string, cursor: string, field = 'after'): number {
  const match = /^([a-z-]+):(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) throw badInput('expected a cursor that this stream issued', field);
  if (match[1] !== stream) throw badInput(`this is a cursor of the stream "${match[1]}", not of "${stream}"`, field);
  return Number(match[2]);
}

/**
 * Follows a log-backed stream: first what lies after the cursor, then `caughtUp`, then live, with nothing between and
 * nothing twice. Without a cursor it starts with `caughtUp` at the head, so that every subscriber has a cursor from its
 * first message. Ends with the source, the signal, or `return()`.
 * @throws ScoregraphError BAD_USER_INPUT (synchronously with the first `next`) for a cursor that is not this stream's.
 */
export async function* follow<T>(
  source: LogBackedSource<T>,
  options: FollowOptions<T> = {},
): AsyncGenerator<StreamMessage<T>> {
  const { filter, signal } = options;
  const cursorAt = (position: number) => encodeCursor(source.name, position);
  let last = options.after == null ? source.head() : decodeCursor(source.name, options.after);
  if (last > source.head())
    throw badInput('this cursor lies beyond the end of the log: it was issued by another one', 'after');

  const live = source.live.subscribe({
    capacity: options.capacity ?? 1_000,
    ...(filter === undefined ? {} : { filter: (entry: Positioned<T>) => filter(entry.value) }),
  });
  const stop = () => void live.return();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (last < source.horizon()) {
      last = source.horizon();
      yield { kind: 'lagged', cursor: cursorAt(last), missed: null, reason: 'RETENTION' };
    }
    let replayed = 0;
    while (last < source.head() && !signal?.aborted) {
      const head = source.head();
      const page = await source.read(last, PAGE);
      for (const { position, value } of page) {
        last = position;
        if (filter !== undefined && !filter(value)) continue;
        replayed++;
        yield { kind: 'event', cursor: cursorAt(position), value };
      }
      if (page.length < PAGE) last = Math.max(last, head); // the rest up to there is no entry of this stream
    }
    live.clear(); // everything published so far lies at or below `last`
    yield { kind: 'caughtUp', cursor: cursorAt(last), replayed };
    for await (const { value: entry, missed } of live) {
      if (entry.position <= last) continue;
      if (missed > 0) {
        yield { kind: 'lagged', cursor: cursorAt(entry.position - 1), missed, reason: 'SLOW_CONSUMER' };
      }
      last = entry.position;
      yield { kind: 'event', cursor: cursorAt(entry.position), value: entry.value };
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}
