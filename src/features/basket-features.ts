import type { InteractionKind } from '../core/events.js';
import { type CustomerState, RECENT_ITEMS } from './customer-state.js';
import type { FeatureSet } from './spec.js';

/** How much an interaction says. */
const KIND_WEIGHT: Readonly<Record<InteractionKind, number>> = { VIEW: 0.3, BASKET: 0.6, PURCHASE: 1 };
/** Weight lost per step back in the list. */
const FADE = 0.99;

/** The recommender’s input: recent items and their weights, newest first, padded to a fixed length. */
export const BASKET_FEATURES: FeatureSet = {
  name: 'basket',
  version: 1,
  description:
    'What somebody looked at and bought, as the recommender takes it: two rows of fixed length. An item met twice keeps its heaviest interaction; items outside the model’s vocabulary are left out.',
  features: [
    {
      name: 'items',
      description: `Index + 1 of the distinct items among the ${RECENT_ITEMS} newest interactions, newest first; 0 pads.`,
      default: 0,
    },
    {
      name: 'weights',
      description: `Weight of each: ${KIND_WEIGHT.VIEW} viewed, ${KIND_WEIGHT.BASKET} in the basket, ${KIND_WEIGHT.PURCHASE} bought, times ${FADE} per place back in the list.`,
      default: 0,
    },
  ],
};

export interface RecentItemsInput {
  /** How many places are used. */
  readonly count: number;
  /** [RECENT_ITEMS], index + 1. */
  readonly ids: Int32Array<ArrayBuffer>;
  /** [RECENT_ITEMS]. */
  readonly weights: Float32Array<ArrayBuffer>;
}

/** The newest distinct items that the vocabulary knows; an item met twice keeps its heaviest interaction. */
export function recentItems(
  state: Pick<CustomerState, 'recent'>,
  indexOf: ReadonlyMap<string, number>,
): RecentItemsInput {
  const ids = new Int32Array(RECENT_ITEMS);
  const weights = new Float32Array(RECENT_ITEMS);
  let count = 0;
  for (let i = state.recent.length - 1; i >= 0; i--) {
    const { itemId, kind } = state.recent[i]!;
    const index = indexOf.get(itemId);
    if (index === undefined) continue;
    const id = index + 1;
    let place = 0;
    while (place < count && ids[place] !== id) place++;
    const weight = KIND_WEIGHT[kind] * FADE ** place;
    if (place < count) {
      if (weight > weights[place]!) weights[place] = weight;
      continue;
    }
    ids[count] = id;
    weights[count] = weight;
    count++;
  }
  return { count, ids, weights };
}

/** Indices of everything the customer ever bought and the vocabulary knows. */
export function purchasedIndices(
  state: Pick<CustomerState, 'purchased'>,
  indexOf: ReadonlyMap<string, number>,
): Int32Array<ArrayBuffer> {
  const indices: number[] = [];
  for (const itemId of state.purchased.keys()) {
    const index = indexOf.get(itemId);
    if (index !== undefined) indices.push(index);
  }
  return Int32Array.from(indices);
}
