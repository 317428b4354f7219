import { applyPurchase, emptyCustomer } from '../features/customer-state.js';
import { rfmVector } from '../features/rfm-features.js';
import { getOrMake } from './collections.js';
import { seeded } from './random.js';
import type { Basket } from './retail.js';
import { asOf, FREQUENCY, QUARTER_MS, WIDTH } from './segmentation-fit.js';

/**
 * How distance d to the centroids becomes confidence: softmax(sharpness · reach / 2 · e^(−d² / reach)), with sharpness = base + perLogOrder ·
 * ln(number of orders). Few orders say little; and who is far from every centroid is like nobody, so distances beyond `reach` (squared
 * standard deviations) tell the segments apart less and less. Well within it this is the usual softmax(−½ · sharpness · d²).
 */
export interface Softness {
  readonly base: number;
  readonly perLogOrder: number;
  readonly reach: number;
}

/** Customers at a moment, and the same customers three months later. */
export interface Moments {
  /** Raw feature vectors, row-major: at the moment, and three months later. */
  readonly x: Float32Array;
  readonly later: Float32Array;
}
/** Moments of half of the customers choose the softness, those of the others show whether confidence keeps its word. */
export interface Journeys {
  readonly fit: Moments;
  /** Once a month, everybody who had bought by then. */
  readonly monthly: Moments;
  /** At the instant of a first purchase. */
  readonly first: Moments;
}

const MONTH_MS = 30 * 86_400_000;

/**
 * Follows every customer for three months from their first purchase on, and from one moment of each month. Who is first seen in
 * the first three months of the data may have bought before them: such a purchase is not taken for a first one, and moments start there too.
 * @param seed decides which half a customer belongs to
 */
export function journeys(baskets: readonly Basket[], seed: number): Journeys {
  const end = asOf(baskets) - QUARTER_MS;
  const start = baskets[0]!.at + QUARTER_MS;
  const byCustomer = new Map<string, Basket[]>();
  for (const basket of baskets) getOrMake(byCustomer, basket.customer, () => []).push(basket);
  const random = seeded(seed + 3);
  const [fit, monthly, first] = [new Collected(), new Collected(), new Collected()];
  for (const own of byCustomer.values()) {
    const chooses = random() < 0.5;
    const began = own[0]!.at;
    if (began >= start && began <= end) (chooses ? fit : first).add(own, began);
    for (let at = end; at >= Math.max(start, began); at -= MONTH_MS) (chooses ? fit : monthly).add(own, at);
  }
  return { fit: fit.moments(), monthly: monthly.moments(), first: first.moments() };
}

class Collected {
  readonly #x: number[] = [];
  readonly #later: number[] = [];

  add(own: readonly Basket[], at: number): void {
    this.#x.push(...vectorAt(own, at));
    this.#later.push(...vectorAt(own, at + QUARTER_MS));
  }
  moments(): Moments {
    return { x: Float32Array.from(this.#x), later: Float32Array.from(this.#later) };
  }
}

/** One customer's vector at a moment, by replaying what they had bought by then. */
function vectorAt(own: readonly Basket[], at: number): Float32Array {
  const state = emptyCustomer();
  for (const { at: bought, invoice, lines } of own) {
    if (bought > at) break;
    for (const { item, unitPrice, quantity } of lines)
      applyPurchase(state, item, invoice, unitPrice * quantity, bought);
  }
  const out = new Float32Array(WIDTH);
  rfmVector(state, at, out, 0);
  return out;
}

const MAX_STEPS = 50;
const SMALL_GRADIENT = 1e-9;
/** From where every distance counts less to where none does. */
const REACHES = Array.from({ length: 17 }, (_, i) => 4 * 2 ** (i / 2));

/**
 * The softness at which the mean log loss of the later segments is least: temperature scaling (Guo et al. 2017) with a temperature that
 * depends on the number of orders, for each of a row of reaches. More orders never make the answer softer: where the data say so, one
 * sharpness holds for everybody.
 * @param distances d² to every centroid, row-major; @param x raw feature vectors of the same rows; @param later segments three months on
 * @throws Error when there are no rows, or distance says nothing about the later segment.
 */
export function fitSoftness(distances: Float64Array, x: Float32Array, later: Int32Array): Softness {
  const rows = later.length;
  if (rows === 0)
    throw new Error('calibration: expected customers to follow for three months, the data cover less than six');
  const orders = Float64Array.from({ length: rows }, (_, i) => x[i * WIDTH + FREQUENCY]!);
  let best: Fitted | null = null;
  for (const reach of REACHES) {
    const nearness = distances.map((d) => (reach / 2) * Math.exp(-d / reach));
    const both = minimise(nearness, orders, later);
    const found = both.perLogOrder >= 0 ? both : minimise(nearness, new Float64Array(rows), later);
    if (best === null || found.loss < best.loss) best = { ...found, reach };
  }
  const { base, perLogOrder, reach } = best!;
  if (!(base > 0) || !Number.isFinite(base + perLogOrder))
    throw new Error(
      `calibration: expected the nearest segment to be the likeliest three months later, got a sharpness of ${base} for one order`,
    );
  return { base, perLogOrder, reach };
}

interface Fitted extends Softness {
  readonly loss: number;
}

/** Newton's method with halved steps; the loss is convex in both numbers. */
function minimise(nearness: Float64Array, orders: Float64Array, later: Int32Array): Omit<Fitted, 'reach'> {
  let [base, perLogOrder] = [1, 0];
  let here = slopes(nearness, orders, later, base, perLogOrder);
  for (let step = 0; step < MAX_STEPS; step++) {
    const { gradA, gradB, aa, ab, bb } = here;
    if (Math.max(Math.abs(gradA), Math.abs(gradB)) < SMALL_GRADIENT) break;
    const determinant = aa * bb - ab * ab;
    const [a, b] = [(ab * gradB - bb * gradA) / determinant, (ab * gradA - aa * gradB) / determinant];
    let share = 1;
    let there = slopes(nearness, orders, later, base + a, perLogOrder + b);
    while (!(there.loss < here.loss) && share > 1e-10) {
      share /= 2;
      there = slopes(nearness, orders, later, base + share * a, perLogOrder + share * b);
    }
    if (!(there.loss < here.loss)) break;
    [base, perLogOrder, here] = [base + share * a, perLogOrder + share * b, there];
  }
  return { base, perLogOrder, loss: here.loss };
}

/** Mean log loss, its gradient and its curvature in both numbers. */
function slopes(nearness: Float64Array, orders: Float64Array, later: Int32Array, base: number, perLogOrder: number) {
  const rows = later.length;
  const k = nearness.length / rows;
  // A tiny ridge: where nobody ordered twice the loss is flat along one of the two.
  const sums = { loss: 0, gradA: 0, gradB: 0, aa: 1e-12, ab: 0, bb: 1e-12 };
  for (let i = 0; i < rows; i++) {
    const sharpness = base + perLogOrder * orders[i]!;
    let highest = Number.NEGATIVE_INFINITY;
    for (let c = i * k; c < (i + 1) * k; c++) highest = Math.max(highest, sharpness * nearness[c]!);
    let total = 0;
    let mean = 0;
    let square = 0;
    for (let c = i * k; c < (i + 1) * k; c++) {
      const value = nearness[c]!;
      const weight = Math.exp(sharpness * value - highest);
      total += weight;
      mean += weight * value;
      square += weight * value * value;
    }
    mean /= total;
    const actual = nearness[i * k + later[i]!]!;
    const slope = (mean - actual) / rows;
    const curve = (square / total - mean * mean) / rows;
    sums.loss += (highest + Math.log(total) - sharpness * actual) / rows;
    sums.gradA += slope;
    sums.gradB += slope * orders[i]!;
    sums.aa += curve;
    sums.ab += curve * orders[i]!;
    sums.bb += curve * orders[i]! ** 2;
  }
  return sums;
}
