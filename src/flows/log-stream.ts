import { badInput } from '../core/errors.js';
import type { Hub } from '../events/hub.js';

/** One entry of a log-backed stream. */
export interface Positioned<T> {
  readonly position: number;
  readonly value: T;
}

/** A stream that can be read again from any position and tells of new entries as they come, positions ascending. */
export interface LogBackedSource<T> {
  /** Name inside cursors: a cursor of one stream is refused by another. */
  readonly name: string;
  /** Whom or what an entry is about: of two with one key the newer makes the older stale. */
  keyOf(value: T): string;
  /** Whether that is a customer. */
  readonly isPersonal: boolean;
  /** Entries with position > `after`, oldest first. Fewer than `limit`: there are no more. */
  read(after: number, limit: number): Promise<readonly Positioned<T>[]>;
  /** Newest readable position. */
  head(): number;
  /** Positions up to here may be gone. */
  horizon(): number;
  readonly live: Hub<Positioned<T>>;
}

/** Which entries of a stream somebody wants, from where on. */
export interface LogSelection<T> {
  /** Position after which to begin; see `startingPosition`. */
  readonly from: number;
  readonly filter?: ((value: T) => boolean) | undefined;
  /** Topics of the source's hub: entries without one of them are not even asked for. Must agree with `filter`, which replay uses alone. */
  readonly topics?: readonly string[] | undefined;
}

/** Somebody who follows a stream. Nothing is called after it was stopped. */
export interface LogReader<T> {
  /** Entries up to `position` are gone from the log. */
  expired(position: number): Promise<void> | void;
  /** Entries that lie between the start and now. The next come when the promise resolves: that is the backpressure. */
  replayed(entries: readonly Positioned<T>[]): Promise<void>;
  /** Everything up to `position` was replayed, `count` entries; what follows is live. */
  caughtUp(position: number, count: number): void;
  /** A new entry. Called at once: whoever is slow keeps a bounded number himself. */
  live(entry: Positioned<T>): void;
  /** The stream is over: its source closed. */
  ended(): void;
  /** The stream is over: reading, or the filter, failed. */
  failed(error: unknown): void;
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
 * Where a reader with this cursor begins; without one: now.
 * @throws ScoregraphError BAD_USER_INPUT for a cursor that is not this stream's, or of a log that this one is not.
 */
export function startingPosition<T>(source: LogBackedSource<T>, after: string | null | undefined): number {
  if (after == null) return source.head();
  const position = decodeCursor(source.name, after);
  if (position > source.head())
    throw badInput('this cursor lies beyond the end of the log: it was issued by another one', 'after');
  return position;
}

/**
 * Follows a log-backed stream: what lies after the start, then `caughtUp`, then live, with nothing between and nothing twice. Each
 * reader hears `caughtUp` once, so that everybody has a cursor early.
 * @returns ends it; may be called more than once.
 */
export function followLog<T>(source: LogBackedSource<T>, selection: LogSelection<T>, reader: LogReader<T>): () => void {
  const following = new Following(source, selection, reader);
  void following.begin();
  return () => following.stop();
}

class Following<T> {
  readonly #source: LogBackedSource<T>;
  readonly #selection: LogSelection<T>;
  readonly #reader: LogReader<T>;
  #last: number;
  #stopped = false;
  #leave: (() => void) | null = null;

  constructor(source: LogBackedSource<T>, selection: LogSelection<T>, reader: LogReader<T>) {
    this.#source = source;
    this.#selection = selection;
    this.#reader = reader;
    this.#last = selection.from;
  }

  async begin(): Promise<void> {
    const source = this.#source;
    try {
      if (this.#last < source.horizon()) {
        this.#last = source.horizon();
        await this.#reader.expired(this.#last);
      }
      let count = 0;
      while (!this.#stopped && this.#last < source.head()) count += await this.#replayPage();
      if (this.#stopped) return;
      // From here on without a pause: whatever is published after this line lies above `last`, or was read already.
      this.#reader.caughtUp(this.#last, count);
      if (this.#stopped) return;
      this.#leave = source.live.listen(this, this.#selection.topics);
      if (this.#stopped) this.#leave();
    } catch (error) {
      this.failed(error);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#leave?.();
  }

  heard(entry: Positioned<T>): void {
    if (entry.position <= this.#last) return;
    this.#last = entry.position;
    const { filter } = this.#selection;
    if (filter === undefined || filter(entry.value)) this.#reader.live(entry);
  }

  ended(): void {
    if (this.#stopped) return;
    this.stop();
    this.#reader.ended();
  }

  failed(error: unknown): void {
    if (this.#stopped) return;
    this.stop();
    this.#reader.failed(error);
  }

  async #replayPage(): Promise<number> {
    const head = this.#source.head();
    const { filter } = this.#selection;
    const page = await this.#source.read(this.#last, PAGE);
    const wanted = filter === undefined ? page : page.filter(({ value }) => filter(value));
    if (!this.#stopped && wanted.length > 0) await this.#reader.replayed(wanted);
    // A page that is not full ends the stream's entries: what else lies up to the head belongs to others.
    if (page.length > 0) this.#last = page[page.length - 1]!.position;
    if (page.length < PAGE) this.#last = Math.max(this.#last, head);
    return wanted.length;
  }
}
