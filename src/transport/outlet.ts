import { OutboxBudget } from '../graphql/live/budget.js';
import type { LiveSubscription } from '../graphql/live/frames.js';

/** What all subscriptions of one connection may keep for a client that does not read. */
export interface LiveLimits {
  /** Messages. Default 10,000. */
  readonly maxMessages: number;
  /** Bytes. Default 4 MiB. */
  readonly maxBytes: number;
}

export const LIVE_DEFAULTS: LiveLimits = { maxMessages: 10_000, maxBytes: 4 * 1024 * 1024 };

/** The subscriptions of one connection: what they may keep together, and whose turn it is when the client reads again. */
export class Outlet {
  readonly budget: OutboxBudget;
  readonly #open = new Set<LiveSubscription>();

  constructor(limits: LiveLimits) {
    this.budget = new OutboxBudget(limits.maxMessages, limits.maxBytes);
  }

  add(subscription: LiveSubscription): void {
    this.#open.add(subscription);
  }

  remove(subscription: LiveSubscription): void {
    this.#open.delete(subscription);
  }

  /** The client reads again: lets each send what it kept, as long as `writable` says so; who could not comes first next time. */
  flush(writable: () => boolean): void {
    const turn = [...this.#open];
    for (const [i, subscription] of turn.entries()) {
      if (!writable()) {
        for (const served of turn.slice(0, i)) {
          if (this.#open.delete(served)) this.#open.add(served); // to the end of the line
        }
        return;
      }
      subscription.flush();
    }
  }
}
