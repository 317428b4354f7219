import type { Account } from '../../access/budgets.js';

/** What it costs to hand a finished frame to one subscriber, in milliseconds of model time. */
const DELIVERY_MS = 0.002;

/**
 * What an event of a subscription costs its subscribers: its execution, shared by those who share it, and the delivery of each. Small, and
 * paid when it is sent; who has nothing left is sent nothing until something has come back, as with `maxRate`: what does not
 * fit the outbox meanwhile goes by the subscription's own delivery policy.
 */
export class Toll {
  /** Subscribers who share the execution. */
  sharers = 0;
  readonly #eventMs: number;

  /** `eventMs`: what executing the selection for one event is predicted to cost. */
  constructor(eventMs: number) {
    this.#eventMs = eventMs;
  }

  /** Of one event for one of the sharers, in milliseconds of model time. */
  get shared(): number {
    return this.#eventMs / Math.max(1, this.sharers) + DELIVERY_MS;
  }

  /** Of one event that is executed for one subscriber alone. */
  get alone(): number {
    return this.#eventMs + DELIVERY_MS;
  }
}

/** What an event may be made to wait for: the account's being empty; 0 when it may go. */
export const waitFor = (account: Account | null): number => (account === null ? 0 : account.waitMs());
