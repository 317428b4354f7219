import { recentItems } from '../features/basket-features.js';
import { applyInteraction, applyPurchase, type CustomerState, emptyCustomer } from '../features/customer-state.js';
import type { Progress } from './artifacts.js';
import { getOrMake } from './collections.js';
import { invert } from './ease.js';
import type { Basket } from './retail.js';
import type { Vocabulary } from './retail-split.js';
import * as tf from './tf.js';

/** Brings a customer's state up to date with a basket, as the feature store would. */
function applyBasket(state: CustomerState, basket: Basket): void {
  for (const { item } of basket.lines) {
    applyInteraction(state, item, 'PURCHASE', basket.at);
    applyPurchase(state, item, basket.invoice, null, basket.at);
  }
}

/** A customer's state after these baskets. */
export function stateAfter(baskets: readonly Basket[]): CustomerState {
  const state = emptyCustomer();
  for (const basket of baskets) applyBasket(state, basket);
  return state;
}

/** What followed what: over all baskets but each customer's first, from the recommender's input just before it. */
export interface NextBaskets {
  /** XᵀX [n, n] of the inputs' weights. */
  readonly gram: Float32Array;
  /** XᵀY [n, n]: Y are the basket's items that the customer had not bought before. */
  readonly cross: Float32Array;
  /** How often an owned item was bought again, of all the baskets in which it could have been. Shrunk to the mean. */
  readonly repeatRates: Float32Array;
}

/** Baskets' worth of the mean in an item's repeat rate. */
const REPEAT_PRIOR = 20;

/** Replays the history customer by customer. */
export function nextBaskets(history: readonly Basket[], vocabulary: Vocabulary): NextBaskets {
  const n = vocabulary.ids.length;
  const gram = new Float32Array(n * n);
  const cross = new Float32Array(n * n);
  const again = new Float32Array(n);
  const chances = new Float32Array(n);
  for (const baskets of byCustomer(history)) {
    const state = emptyCustomer();
    const owned = new Set<number>();
    for (const basket of baskets) {
      const items = knownItems(basket, vocabulary);
      for (const item of owned) chances[item]! += 1;
      for (const item of items) if (owned.has(item)) again[item]! += 1;
      const { count, ids, weights } = recentItems(state, vocabulary.indexOf);
      const added = items.filter((item) => !owned.has(item));
      for (let i = 0; i < count; i++) {
        const row = (ids[i]! - 1) * n;
        for (let j = 0; j < count; j++) gram[row + ids[j]! - 1]! += weights[i]! * weights[j]!;
        for (const item of added) cross[row + item]! += weights[i]!;
      }
      applyBasket(state, basket);
      for (const item of items) owned.add(item);
    }
  }
  return { gram, cross, repeatRates: shrunkRates(again, chances) };
}

function byCustomer(history: readonly Basket[]): Iterable<Basket[]> {
  const all = new Map<string, Basket[]>();
  for (const basket of history) getOrMake(all, basket.customer, () => []).push(basket);
  return all.values();
}

/** Distinct indices of a basket's items. */
function knownItems(basket: Basket, { indexOf }: Vocabulary): number[] {
  const items = new Set<number>();
  for (const { item } of basket.lines) {
    const index = indexOf.get(item);
    if (index !== undefined) items.add(index);
  }
  return [...items];
}

function shrunkRates(again: Float32Array, chances: Float32Array): Float32Array {
  const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
  const mean = (sum(again) + 1) / (sum(chances) + 2); // never 0, nor undefined where nobody came back
  return again.map((count, i) => (count + REPEAT_PRIOR * mean) / (chances[i]! + REPEAT_PRIOR));
}

/** Ridge regression of the next basket's new items on the input: (XᵀX + λI)⁻¹ XᵀY, [n, n]. */
export function nextBasketWeights(
  { gram, cross }: NextBaskets,
  n: number,
  lambda: number,
  progress: Progress,
): Float32Array {
  const inverse = new Float64Array(gram);
  for (let i = 0; i < n; i++) inverse[i * n + i]! += lambda;
  invert(inverse, n, progress);
  return tf.tidy(
    () =>
      tf.matMul(tf.tensor2d(new Float32Array(inverse), [n, n]), tf.tensor2d(cross, [n, n])).dataSync() as Float32Array,
  );
}

const DAY = 86_400_000;
/** A basket counts 1/e of a new one after so many days. */
const TREND_DAYS = 28;
/** Share of all purchases that keeps the trend of rare items finite. */
const FLOOR = 1e-6;

/** How much of today's trade an item has beside its share of all customers: above 1 what sells now, near 0 what is gone. */
export function trends(history: readonly Basket[], vocabulary: Vocabulary, counts: Float32Array): Float32Array {
  const end = history.reduce((latest, { at }) => Math.max(latest, at), 0);
  const recent = new Float64Array(counts.length);
  for (const basket of history) {
    const weight = Math.exp((basket.at - end) / (TREND_DAYS * DAY));
    for (const item of knownItems(basket, vocabulary)) recent[item]! += weight;
  }
  const traded = recent.reduce((sum, value) => sum + value, 0);
  const bought = counts.reduce((sum, value) => sum + value, 0);
  return counts.map((count, i) => (recent[i]! / traded + FLOOR) / (count / bought + FLOOR));
}
