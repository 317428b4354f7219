import type { StoredEvent } from '../core/events.js';
import type { FeatureStore, StateReducer } from '../data/ports.js';
import type { VocabularyItem } from '../domains/recommendations/vocabulary.js';
import type { LogFollower } from './projection.js';

/** What is known of an item from events. */
export interface ItemState {
  title: string;
  available: boolean;
}

/** How `item.upserted` events become item state. */
export const itemReducer: StateReducer<ItemState> = {
  types: new Set(['item.upserted']),
  empty: () => ({ title: '', available: true }),
  apply(state, event) {
    if (event.type !== 'item.upserted') return;
    state.title = event.payload.title;
    state.available = event.payload.available;
  },
  encode: (state) => JSON.stringify(state),
  decode: (_entity, body) => JSON.parse(body) as ItemState,
};

/** An item as anybody may see it. */
export interface CatalogueItem {
  readonly itemId: string;
  readonly title: string;
  readonly available: boolean;
}

/** All items: those the recommender was trained on, changed and added to by `item.upserted` events. */
export class Catalogue implements LogFollower {
  readonly #items: FeatureStore<ItemState>;
  readonly #vocabularyItem: (itemId: string) => VocabularyItem | null;
  /** Withdrawn items, kept apart because every recommendation needs them. */
  readonly #unavailable: Set<string>;

  constructor(
    items: FeatureStore<ItemState>,
    unavailable: Set<string>,
    vocabularyItem: (itemId: string) => VocabularyItem | null,
  ) {
    this.#items = items;
    this.#unavailable = unavailable;
    this.#vocabularyItem = vocabularyItem;
    for (const itemId of items.entities()) this.#note(itemId);
  }

  see(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (event.type !== 'item.upserted') continue;
      this.#items.apply([event]);
      this.#note(event.entity);
    }
  }

  /** One item; null when nobody ever told of it. */
  item(itemId: string): CatalogueItem | null {
    const state = this.#items.peek(itemId);
    if (state) return { itemId, title: state.title, available: state.available };
    const known = this.#vocabularyItem(itemId);
    return known === null ? null : { itemId, title: known.title, available: true };
  }

  #note(itemId: string): void {
    if (this.#items.peek(itemId)?.available === false) this.#unavailable.add(itemId);
    else this.#unavailable.delete(itemId);
  }
}
