import type { OutboxBudget } from './budget.js';
import type { Delivery } from './delivery.js';
import type { Frame } from './frames.js';

/** A message that waits for its subscriber. */
export interface Waiting {
  readonly position: number;
  /** Whom it is about: see `CONFLATE`. */
  readonly key: string;
  readonly frame: Frame;
}

/** What went missing from an outbox since it was last asked. */
export interface Missing {
  readonly count: number;
  readonly reason: 'SLOW_CONSUMER' | 'CONFLATED';
}

/**
 * Messages for one subscriber who does not read as fast as they come: bounded by its own capacity and by its connection's budget.
 * Order is kept; what has to go is counted. Costs nothing while it is empty.
 */
export class Outbox {
  readonly #delivery: Delivery;
  readonly #budget: OutboxBudget;
  /** By conflation key, or by a running number. Insertion order is reading order; null while empty, which frees its table. */
  #waiting: Map<string | number, Waiting> | null = null;
  #arrivals = 0;
  #dropped = 0;
  #conflated = 0;

  constructor(delivery: Delivery, budget: OutboxBudget) {
    this.#delivery = delivery;
    this.#budget = budget;
  }

  get size(): number {
    return this.#waiting?.size ?? 0;
  }

  /** Position of the message that comes next; undefined when empty. */
  get next(): number | undefined {
    if (this.#waiting !== null) for (const { position } of this.#waiting.values()) return position;
    return undefined;
  }

  /**
   * Keeps a message, at the cost of the oldest where there is no room.
   * @returns false when the policy is to give up such a subscriber instead.
   */
  push(message: Waiting): boolean {
    const { policy, capacity, intervalMs } = this.#delivery;
    const conflates = policy === 'CONFLATE' || intervalMs > 0;
    const key = conflates ? message.key : this.#arrivals++;
    if (conflates && this.#remove(key)) this.#conflated++;
    while (this.size >= capacity || !this.#budget.takes(message.frame.json.length)) {
      if (policy === 'DISCONNECT') return false;
      this.#dropped++;
      if (this.shift() === undefined) return true; // the connection's other subscriptions hold all there is
    }
    this.#waiting ??= new Map();
    this.#waiting.set(key, message);
    this.#budget.messages++;
    this.#budget.bytes += message.frame.json.length;
    return true;
  }

  /** Takes the message that comes next. */
  shift(): Waiting | undefined {
    if (this.#waiting === null) return undefined;
    for (const [key, message] of this.#waiting) {
      this.#remove(key);
      return message;
    }
    return undefined;
  }

  /** Counts messages that were lost before they got here. */
  lose(count: number): void {
    this.#dropped += count;
  }

  /** What is missing before the next message, and forgets it; null when nothing is. */
  takeMissing(): Missing | null {
    const count = this.#dropped + this.#conflated;
    if (count === 0) return null;
    const reason = this.#dropped > 0 ? 'SLOW_CONSUMER' : 'CONFLATED';
    this.#dropped = 0;
    this.#conflated = 0;
    return { count, reason };
  }

  get isMissingSome(): boolean {
    return this.#dropped + this.#conflated > 0;
  }

  /** Drops the messages about one key as if they had never come. */
  forget(key: string): void {
    for (const [place, message] of this.#waiting ?? []) if (message.key === key) this.#remove(place);
  }

  /** Gives back what it holds of the connection's budget. */
  clear(): void {
    while (this.shift() !== undefined);
    this.takeMissing();
  }

  #remove(key: string | number): boolean {
    const message = this.#waiting?.get(key);
    if (message === undefined) return false;
    this.#waiting!.delete(key);
    if (this.#waiting!.size === 0) this.#waiting = null;
    this.#budget.messages--;
    this.#budget.bytes -= message.frame.json.length;
    return true;
  }
}
