import { FADE, type RecentItemsInput } from '../../features/basket-features.js';
import { RECENT_ITEMS } from '../../features/customer-state.js';
import type { Vocabulary } from './vocabulary.js';

/** An item of somebody's own in a logged vector. */
export interface OwnItem {
  /** Index + 1 in the vocabulary of the version that was asked. */
  readonly id: number;
  readonly weight: number;
  /** Purchases per order; 0: never bought. */
  readonly share: number;
}

/** What the log keeps: the used item indices (+1, as the model sees them), then their weights, then their shares. */
export function loggedVector({ count, ids, weights, shares }: RecentItemsInput): Float32Array {
  const features = new Float32Array(count * 3);
  for (let i = 0; i < count; i++) {
    features[i] = ids[i]!;
    features[count + i] = weights[i]!;
    features[2 * count + i] = shares[i]!;
  }
  return features;
}

/** The items of a logged vector with their weights and shares. */
export function ownItems(features: Float32Array): OwnItem[] {
  const count = features.length / 3;
  return Array.from({ length: count }, (_, i) => ({
    id: features[i]!,
    weight: features[count + i]!,
    share: features[2 * count + i]!,
  }));
}

/** Own items as the network takes them. */
export function networkInput(items: readonly OwnItem[]): RecentItemsInput {
  const ids = new Int32Array(RECENT_ITEMS);
  const weights = new Float32Array(RECENT_ITEMS);
  const shares = new Float32Array(RECENT_ITEMS);
  items.forEach(({ id, weight, share }, i) => {
    ids[i] = id;
    weights[i] = weight;
    shares[i] = share;
  });
  return { count: items.length, ids, weights, shares };
}

/**
 * Own items by the numbers of another version's vocabulary. Those it does not know are left out, and what stood behind them moves up: weights
 * are what they would have been without them.
 */
export function translated(items: readonly OwnItem[], from: Vocabulary, to: Vocabulary): OwnItem[] {
  if (from === to) return [...items];
  const known: OwnItem[] = [];
  items.forEach(({ id, weight, share }, place) => {
    const index = to.indexOf.get(from.items[id - 1]!.id);
    if (index !== undefined) known.push({ id: index + 1, weight: weight * FADE ** (known.length - place), share });
  });
  return known;
}
