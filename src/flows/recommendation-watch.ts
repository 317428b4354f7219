import type { StoredEvent } from '../core/events.js';
import type { RowContext } from '../core/predictions.js';
import type { FeatureStore } from '../data/ports.js';
import type { RecommendationPrediction, RecommendationsDomain } from '../domains/recommendations/recommendations.js';
import { Hub } from '../events/hub.js';
import type { CustomerState } from '../features/customer-state.js';
import type { LogFollower } from './projection.js';

/**
 * Watches customers' lists: a state stream. The latest list comes first, then a new one whenever an interaction really
 * changed its items or their order; what a slow reader did not fetch in between is conflated into the newest.
 */
export class RecommendationWatch implements LogFollower {
  readonly #store: FeatureStore<CustomerState>;
  readonly #domain: RecommendationsDomain;
  readonly #touched = new Hub<string>();

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
   * own deadline. Ends with `signal`, `close()` or `return()`.
   * @throws what the domain throws; the stream ends then.
   */
  async *follow(
    customerId: string,
    first: number,
    context: () => RowContext,
    signal?: AbortSignal,
  ): AsyncGenerator<RecommendationPrediction> {
    const touched = this.#touched.subscribe({ filter: (id) => id === customerId, conflateBy: (id) => id });
    const stop = () => void touched.return();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      let shown = '';
      for (let next = true; next; next = !(await touched.next()).done) {
        const state = this.#store.peek(customerId);
        if (!state) return;
        const prediction = await this.#domain.recommend(
          customerId,
          state,
          { first, excludePurchased: false },
          context(),
        );
        const list = prediction.output.items.map((item) => item.itemId).join('\n');
        if (list === shown) continue;
        shown = list;
        yield prediction;
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      stop();
    }
  }

  close(): void {
    this.#touched.close();
  }
}
