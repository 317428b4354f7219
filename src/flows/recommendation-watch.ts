import { messageOf } from '../core/errors.js';
import type { StoredEvent } from '../core/events.js';
import type { RowContext } from '../core/predictions.js';
import type { FeatureStore } from '../data/ports.js';
import type { RecommendationPrediction, RecommendationsDomain } from '../domains/recommendations/recommendations.js';
import { Hub } from '../events/hub.js';
import type { CustomerState } from '../features/customer-state.js';
import type { Forgetful } from './departures.js';
import type { LogFollower } from './projection.js';

/** A list that could not be had is tried again after this. */
const RETRY_MS = 2_000;

/**
 * Watches customers' lists: a state stream. The latest list comes first, then a new one whenever an interaction really
 * changed its items or their order; what a slow reader did not fetch in between is conflated into the newest.
 */
export class RecommendationWatch implements LogFollower, Forgetful {
  readonly #store: FeatureStore<CustomerState>;
  readonly #domain: RecommendationsDomain;
  readonly #touched = new Hub<string>((customerId) => [customerId]);

  constructor(store: FeatureStore<CustomerState>, domain: RecommendationsDomain) {
    this.#store = store;
    this.#domain = domain;
  }

  see(events: readonly StoredEvent[]): void {
    if (this.#touched.size === 0) return;
    for (const event of events) if (event.type === 'interaction.recorded') this.#touched.publish(event.entity);
  }

  /**
   * Follows one customer's list of `first` items. `context` is asked anew for every computation, so that each has its
   * own deadline. What the domain throws is among the values, and tried again after a while. Ends with `signal`, `close()` or
   * `return()`.
   */
  async *follow(
    customerId: string,
    first: number,
    context: () => RowContext,
    signal?: AbortSignal,
  ): AsyncGenerator<RecommendationPrediction | Error> {
    const touched = this.#touched.subscribe({ topics: [customerId], conflateBy: (id) => id });
    let retry: NodeJS.Timeout | null = null;
    const stop = () => void touched.return();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      let shown = '';
      for (let next = true; next; next = !(await touched.next()).done) {
        const latest = await this.#recommend(customerId, first, context());
        if (latest === null) return;
        const list =
          latest instanceof Error ? latest.message : latest.output.items.map((item) => item.itemId).join('\n');
        if (latest instanceof Error) {
          retry ??= this.#again(customerId, () => {
            retry = null;
          });
        }
        if (list === shown) continue;
        shown = list;
        yield latest;
      }
    } finally {
      if (retry !== null) clearTimeout(retry);
      signal?.removeEventListener('abort', stop);
      stop();
    }
  }

  /** Streams of the customer look again, find nobody, and end. */
  bar(customerId: string): void {
    this.#touched.publish(customerId);
  }

  lift(): void {}

  close(): void {
    this.#touched.close();
  }

  /** The list as it is now, or why there is none; null when the customer is gone. */
  async #recommend(
    customerId: string,
    first: number,
    context: RowContext,
  ): Promise<RecommendationPrediction | Error | null> {
    const [state] = await this.#store.get([customerId]);
    if (!state) return null;
    try {
      return await this.#domain.recommend(customerId, state, { first, excludePurchased: false }, context);
    } catch (error) {
      return error instanceof Error ? error : new Error(messageOf(error));
    }
  }

  #again(customerId: string, begin: () => void): NodeJS.Timeout {
    return setTimeout(() => {
      begin();
      this.#touched.publish(customerId);
    }, RETRY_MS);
  }
}
