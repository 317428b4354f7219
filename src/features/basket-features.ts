import type { InteractionKind } from '../core/events.js';
import { type CustomerState, RECENT_ITEMS } from './customer-state.js';
import type { FeatureSet } from './spec.js';

/** How much an interaction says. */
const KIND_WEIGHT: Readonly<Record<InteractionKind, number>> = { VIEW: 0.3, BASKET: 0.6, PURCHASE: 1 };
/** Weight lost per step back in the list. */
export const FADE = 0.99;

/** The recommender’s input: recent items, their weights and how often they are bought, newest first, padded to a fixed length. */
export const BASKET_FEATURES: FeatureSet = {
  name: 'basket',
  version: 2,
  description:
    'What somebody looked at and bought, as the recommender takes it: three rows of fixed length. An item met twice keeps its heaviest interaction; items outside the model’s vocabulary are left out.',
  features: [
    {
      name: 'items',
      description: `Index + 1 of distinct items, newest first: those of the ${RECENT_ITEMS} newest interactions, then, while there is room, those bought before them; 0 pads.`,
      default: 0,
    },
    {
      name: 'weights',
      description: `Weight of each: ${KIND_WEIGHT.VIEW} viewed, ${KIND_WEIGHT.BASKET} in the basket, ${KIND_WEIGHT.PURCHASE} bought, times ${FADE} per place back in the list.`,
      default: 0,
    },
    {
      name: 'shares',
      description: 'Purchases of each per order of the customer; 0 for what was never bought.',
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
  /** [RECENT_ITEMS]. */
  readonly shares: Float32Array<ArrayBuffer>;
}

/**
 * The newest distinct items that the vocabulary knows; an item met twice keeps its heaviest interaction. What was bought
 * before the remembered interactions fills the places that are left.
 */
export function recentItems(
  state: Pick<CustomerState, 'recent' | 'purchased' | 'orders'>,
  indexOf: ReadonlyMap<string, number>,
): RecentItemsInput {
  const ids = new Int32Array(RECENT_ITEMS);
  const weights = new Float32Array(RECENT_ITEMS);
  const shares = new Float32Array(RECENT_ITEMS);
  let count = 0;
  const meet = (itemId: string, kind: InteractionKind): void => {
    const index = indexOf.get(itemId);
    if (index === undefined) return;
    const id = index + 1;
    let place = 0;
    while (place < count && ids[place] !== id) place++;
    if (place === RECENT_ITEMS) return;
    const weight = KIND_WEIGHT[kind] * FADE ** place;
    if (weight > weights[place]!) weights[place] = weight;
    if (place < count) return;
    ids[count] = id;
    shares[count] = (state.purchased.get(itemId) ?? 0) / Math.max(1, state.orders);
    count++;
  };
  for (let i = state.recent.length - 1; i >= 0; i--) meet(state.recent[i]!.itemId, state.recent[i]!.kind);
  if (count < RECENT_ITEMS) {
    const bought = [...state.purchased.keys()];
    for (let i = bought.length - 1; i >= 0 && count < RECENT_ITEMS; i--) meet(bought[i]!, 'PURCHASE');
  }
  return { count, ids, weights, shares };
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
