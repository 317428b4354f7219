import { CATEGORIES } from '../features/categories.js';
import { FRAUD_FEATURES } from '../features/fraud-features.js';
import type { FraudRows } from './fraud-data.js';

const WIDTH = FRAUD_FEATURES.features.length;
/** Place of a feature in a vector. */
export const column = (name: string): number => FRAUD_FEATURES.features.findIndex((feature) => feature.name === name);
const LOG_AMOUNT = column('log_amount');
const HAS_HISTORY = column('has_history');
/** Place of the first category; the others follow. */
export const FIRST_CATEGORY = column(`category_${CATEGORIES[0]}`);
/** Features that speak of the payments before this one; a new card has their defaults. */
const HISTORY = [
  'has_history',
  'log_hours_since_last',
  'count_24h',
  'log_sum_24h',
  'mean_24h_to_own',
  'amount_to_category_mean',
  'amount_to_mean',
  'log_category_count',
  'log_payments',
].map(column);
/** Amount bands in USD: each from its edge up to the next one's. */
const BANDS = [0, 10, 50, 200, 1_000] as const;
/** The edges as the feature has them: 32-bit ln(1 + amount). */
const BAND_EDGES = BANDS.map((edge) => Math.fround(Math.log1p(edge)));

/** What a threshold does in a part of the payments; null where there is nothing to take a share of. */
export interface Group {
  readonly name: string;
  readonly payments: number;
  readonly frauds: number;
  readonly recall: number | null;
  readonly precision: number | null;
}

/** The history features' places in a vector, and what a new card has there. */
export const NEW_CARD: readonly { readonly place: number; readonly value: number }[] = HISTORY.map((place) => ({
  place,
  value: FRAUD_FEATURES.features[place]!.default,
}));

/** Copies of vectors as if each payment were its card's first: every history feature at a new card's value. */
export function asNewCard(x: Float32Array): Float32Array {
  const alone = Float32Array.from(x);
  for (const { place, value } of NEW_CARD) for (let i = place; i < alone.length; i += WIDTH) alone[i] = value;
  return alone;
}

/** How many of the payments are their card's first. */
export function firstPayments({ x, y }: FraudRows): number {
  let first = 0;
  for (let row = 0; row < y.length; row++) first += 1 - x[row * WIDTH + HAS_HISTORY]!;
  return first;
}

/** What the threshold does to payments of each category, of each amount band, and to cards' first payments. */
export function groupsAt(threshold: number, rows: FraudRows, scores: Float32Array): Group[] {
  const categories = [...CATEGORIES.map((name) => `category ${name}`), 'any other category'];
  const bands = BANDS.map((edge, i) =>
    i + 1 < BANDS.length ? `amount ${edge} to ${BANDS[i + 1]} USD` : `amount from ${edge} USD`,
  );
  return [
    ...split(threshold, rows, scores, categories, categoryOf),
    ...split(threshold, rows, scores, bands, bandOf),
    ...split(threshold, rows, scores, ['first payments of a card'], (x, at) => x[at + HAS_HISTORY]!),
  ];
}

/** Place among `CATEGORIES` of a vector's category; one past the last for any other. */
export function categoryOf(x: Float32Array, at: number): number {
  let category = 0;
  while (category < CATEGORIES.length && x[at + FIRST_CATEGORY + category] !== 1) category++;
  return category;
}

function bandOf(x: Float32Array, at: number): number {
  let band = BANDS.length - 1;
  while (x[at + LOG_AMOUNT]! < BAND_EDGES[band]!) band--;
  return band;
}

/** Counts per group, `groupOf` telling a vector's place among the names (beyond them: none); empty groups are left out. */
function split(
  threshold: number,
  { x, y }: FraudRows,
  scores: Float32Array,
  names: readonly string[],
  groupOf: (x: Float32Array, at: number) => number,
): Group[] {
  const counts = names.map((name) => ({ name, payments: 0, frauds: 0, flagged: 0, caught: 0 }));
  for (let row = 0; row < y.length; row++) {
    const group = counts[groupOf(x, row * WIDTH)];
    if (group === undefined) continue;
    const flagged = Number(scores[row]! >= threshold);
    group.payments++;
    group.frauds += y[row]!;
    group.flagged += flagged;
    group.caught += flagged * y[row]!;
  }
  return counts
    .filter(({ payments }) => payments > 0)
    .map(({ name, payments, frauds, flagged, caught }) => ({
      name,
      payments,
      frauds,
      recall: frauds === 0 ? null : caught / frauds,
      precision: flagged === 0 ? null : caught / flagged,
    }));
}
