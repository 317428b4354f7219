/**
 * Somebody who holds something about customers in memory, and lets go of it when one is erased. Between `bar` and `lift` no event about the
 * customer comes in from outside; what still arrives was on its way.
 */
export interface Forgetful {
  /** Drops what is held about the customer; takes, writes and shows nothing about them from now on. Called at once; must not throw. */
  bar(customerId: string): void;
  /** It is over: an event at a position above `seq` is about another customer, even one of the same id. */
  lift(customerId: string, seq: number): void;
}

/** Who is being erased, and who was so lately that answers about them may still be under way. Ids are held in memory only, and no longer. */
export class Departures implements Forgetful {
  readonly #lingerMs: number;
  readonly #leaving = new Set<string>();
  readonly #gone = new Map<string, NodeJS.Timeout>();

  /** `lingerMs`: the longest that anything about a customer is under way, ms. */
  constructor(lingerMs: number) {
    this.#lingerMs = lingerMs;
  }

  bar(customerId: string): void {
    this.#leaving.add(customerId);
  }

  lift(customerId: string): void {
    this.#leaving.delete(customerId);
    clearTimeout(this.#gone.get(customerId));
    const timer = setTimeout(() => this.#gone.delete(customerId), this.#lingerMs);
    timer.unref();
    this.#gone.set(customerId, timer);
  }

  /** Whether the customer is being erased. */
  isLeaving(customerId: string): boolean {
    return this.#leaving.size > 0 && this.#leaving.has(customerId);
  }

  /** Whether an answer that was under way may be about the customer as they were before they were erased. */
  isRecent(customerId: string): boolean {
    return this.isLeaving(customerId) || (this.#gone.size > 0 && this.#gone.has(customerId));
  }
}
