/** What every log-backed stream sends besides its own messages. */
export type Mark =
  | { readonly __typename: 'CaughtUp'; readonly cursor: string; readonly replayed: number }
  | { readonly __typename: 'Lagged'; readonly cursor: string; readonly missed?: number | null };

export type Phase =
  /** No message yet. */
  | 'starting'
  /** The connection was lost and what was missed is coming. */
  | 'catching-up'
  | 'live';

/** What happened, when it is worth telling. */
export type Notice =
  | { readonly kind: 'caught-up'; readonly replayed: number }
  | { readonly kind: 'gap'; readonly missed: number | null };

/** How long a notice ("caught up on 214 missed scores") is shown, ms. */
export const NOTICE_MS = 15_000;

/**
 * Where the page stands in a log-backed stream. It keeps the newest cursor, from which every new connection resumes, and tells
 * what a resume brought. Pure: time and sockets are elsewhere.
 */
export class StreamPosition {
  #cursor: string | null = null;
  #phase: Phase = 'starting';
  #replayed = 0;

  /** Pass it as `after`; null means from now on. */
  get cursor(): string | null {
    return this.#cursor;
  }
  get phase(): Phase {
    return this.#phase;
  }
  /** Messages that came since the resume began and before it was caught up. */
  get replayed(): number {
    return this.#replayed;
  }

  /** The connection is gone, or the server ended the stream. */
  lost(): void {
    if (this.#cursor === null) return;
    this.#phase = 'catching-up';
    this.#replayed = 0;
  }

  /** One of the stream's own messages was handled. */
  handled(cursor: string): void {
    this.#cursor = cursor;
    if (this.#phase === 'catching-up') this.#replayed++;
  }

  /** @returns what is worth telling, or null */
  mark(mark: Mark): Notice | null {
    this.#cursor = mark.cursor;
    if (mark.__typename === 'Lagged') return { kind: 'gap', missed: mark.missed ?? null };
    const resumed = this.#phase === 'catching-up';
    this.#phase = 'live';
    return resumed ? { kind: 'caught-up', replayed: mark.replayed } : null;
  }

  /** The cursor means nothing to this server (its data folder is another one): from now on instead. */
  forget(): void {
    this.#cursor = null;
    this.#phase = 'starting';
    this.#replayed = 0;
  }
}
