import { ScoregraphError } from '../../core/errors.js';

const AT_ONCE = 4;
const MAX_WAITING = 1_000;
const RETRY_AFTER_MS = 1_000;

/** Lets a few pieces of work run at a time; the others wait in the order they came, up to a limit. */
export class Turns {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Runs `work` when its turn comes. @throws ScoregraphError QUEUE_FULL when too many wait already. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= MAX_WAITING)
        throw new ScoregraphError('QUEUE_FULL', `${this.#waiting.length} explanations are waiting.`, {
          retryAfterMs: RETRY_AFTER_MS,
        });
      // Whoever ends hands its turn on, so the count stays.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
