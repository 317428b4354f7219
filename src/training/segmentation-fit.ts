import { applyPurchase, type CustomerState, emptyCustomer } from '../features/customer-state.js';
import { RFM_FEATURES, rfmVector } from '../features/rfm-features.js';
import { getOrMake } from './collections.js';
import { type Clustering, kMeans, standardise } from './k-means.js';
import { seeded } from './random.js';
import type { Basket } from './retail.js';

export const WIDTH = RFM_FEATURES.features.length;
/** Where `rfm@1` keeps ln(number of orders). */
export const FREQUENCY = RFM_FEATURES.features.findIndex(({ name }) => name === 'log_frequency');
const DAY_MS = 86_400_000;
/** What is known at a moment is judged by the three months after it. */
export const QUARTER_MS = 91 * DAY_MS;
/**
 * How much a standard deviation of each feature counts. Recency counts half: it moves every day for everybody, and with its full
 * weight the clusters are less stable than without it (the card has the figures).
 */
const WEIGHTS: readonly number[] = [0.5, 1, 1];

/** Feature vectors of everybody who had bought by `now`. */
function vectors(baskets: readonly Basket[], now: number): { ids: string[]; x: Float32Array } {
  const states = new Map<string, CustomerState>();
  for (const basket of baskets) {
    if (basket.at > now) break;
    const state = getOrMake(states, basket.customer, () => emptyCustomer());
    for (const line of basket.lines)
      applyPurchase(state, line.item, basket.invoice, line.unitPrice * line.quantity, basket.at);
  }
  const ids = [...states.keys()];
  const x = new Float32Array(ids.length * WIDTH);
  ids.forEach((id, i) => {
    rfmVector(states.get(id)!, now, x, i * WIDTH);
  });
  return { ids, x };
}

/** A fitted clustering with the rows it was fitted on. */
export interface Fit extends Clustering {
  readonly ids: readonly string[];
  /** Raw `rfm@1` rows, and the same as the clustering sees them: (x − mean) / scale. */
  readonly x: Float32Array;
  readonly z: Float64Array;
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/**
 * Clusters everybody who had bought by `now` into `k`.
 * @throws Error when there are fewer customers than clusters, or fewer who differ in any feature.
 */
export function cluster(baskets: readonly Basket[], now: number, k: number, seed: number): Fit {
  const { ids, x } = vectors(baskets, now);
  const kinds = new Set(ids.map((_, i) => x.subarray(i * WIDTH, (i + 1) * WIDTH).join()));
  if (kinds.size < k)
    throw new Error(
      `expected at least ${k} customers who differ in recency, frequency or amount to make ${k} segments, got ${kinds.size} of ${ids.length}`,
    );
  const { z: even, mean, std } = standardise(x, WIDTH);
  const z = even.map((value, i) => value * WEIGHTS[i % WIDTH]!);
  const scale = std.map((deviation, f) => deviation / WEIGHTS[f]!);
  return { ids, x, z, mean, scale, ...kMeans(z, WIDTH, k, seeded(seed)) };
}

/** Recency is counted from a day after the newest purchase. */
export const asOf = (baskets: readonly Basket[]) => baskets[baskets.length - 1]!.at + DAY_MS;

/** Squared distance of raw rows to every centroid of a fit, row-major. */
export function squaredDistances({ centroids, mean, scale }: Fit, x: Float32Array): Float64Array {
  const k = centroids.length;
  const out = new Float64Array((x.length / WIDTH) * k);
  for (let i = 0; i < out.length; i++) {
    const row = Math.floor(i / k);
    const centroid = centroids[i % k]!;
    for (let f = 0; f < WIDTH; f++) out[i]! += ((x[row * WIDTH + f]! - mean[f]!) / scale[f]! - centroid[f]!) ** 2;
  }
  return out;
}
