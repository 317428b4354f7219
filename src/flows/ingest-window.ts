/** What a window needs to know of the log and of who scores it. */
export interface ScoringProgress {
  /** Position of the newest event on disk. */
  head(): number;
  /** Resolves when everything up to `seq` is scored, at the latest after `timeoutMs`. */
  settled(seq: number, timeoutMs: number): Promise<void>;
}

/** Events on their way to the disk at once. */
const MAX_ROWS = 8_192;
/** How far scoring may be behind the log before who brings more has to wait. With MAX_ROWS less than what the scorer holds in memory. */
const MAX_BEHIND = 8_192;
/** A scorer that does not move holds nobody up for longer, per step: without an engine events are still recorded, slowly. */
const MAX_HOLD_MS = 1_000;

/**
 * What keeps a stream of events from outrunning the server: who brings some enters first, in the order of asking, and waits while
 * too many are on their way or too many are not scored yet. A door that waits here does not read on: that is the backpressure.
 */
export class IngestWindow {
  readonly #scoring: ScoringProgress;
  #rows = 0;
  #turn: Promise<void> = Promise.resolve();
  #left: (() => void) | null = null;

  constructor(scoring: ScoringProgress) {
    this.#scoring = scoring;
  }

  /** Resolves when `rows` events may be sent on their way. Every `enter` is answered by a `leave`. */
  enter(rows: number): Promise<void> {
    this.#turn = this.#turn.then(() => this.#room(rows));
    return this.#turn;
  }

  /** So many events are on disk, or refused. */
  leave(rows: number): void {
    this.#rows -= rows;
    this.#left?.();
  }

  async #room(rows: number): Promise<void> {
    while (this.#rows > 0 && this.#rows + rows > MAX_ROWS) {
      await new Promise<void>((resolve) => {
        this.#left = resolve;
      });
    }
    this.#left = null;
    this.#rows += rows;
    await this.#scoring.settled(this.#scoring.head() - MAX_BEHIND, MAX_HOLD_MS);
  }
}
