import { FRAUD_FEATURES } from '../features/fraud-features.js';
import type { FraudRows, Thresholds } from './fraud-data.js';

const WIDTH = FRAUD_FEATURES.features.length;
const LOG_AMOUNT = FRAUD_FEATURES.features.findIndex(({ name }) => name === 'log_amount');

/** What decisions cost. */
export interface Costs {
  /** Share of its amount that a fraud costs when it is approved. */
  readonly missed: number;
  /** A review, and also a legitimate payment that was declined; USD. */
  readonly review: number;
}
/** Pairs the card shows: what a fraud and what a review costs is the user's to say. */
export const COSTS: readonly Costs[] = [
  { missed: 1, review: 2 },
  { missed: 1, review: 5 },
  { missed: 1, review: 20 },
  { missed: 0.5, review: 5 },
];

/** USD per 1,000 payments. */
export interface CostOutcome {
  /** Every fraud goes through. */
  readonly approveAll: number;
  /** Sum of the three parts below. */
  readonly thresholds: number;
  readonly missed: number;
  readonly reviews: number;
  readonly wronglyDeclined: number;
}

/**
 * What the thresholds cost on these payments. An approved fraud costs a share of its amount; a review costs the same whatever
 * it finds, and is taken to find every fraud; a declined fraud costs nothing, a declined legitimate payment as much as a review.
 */
export function costsOf(
  { missed, review }: Costs,
  thresholds: Thresholds,
  { x, y }: FraudRows,
  scores: Float32Array,
): CostOutcome {
  let all = 0;
  let through = 0;
  let reviews = 0;
  let wronglyDeclined = 0;
  for (let row = 0; row < y.length; row++) {
    const loss = y[row] === 1 ? missed * dollars(x[row * WIDTH + LOG_AMOUNT]!) : 0;
    all += loss;
    if (scores[row]! >= thresholds.decline) wronglyDeclined += 1 - y[row]!;
    else if (scores[row]! >= thresholds.review) reviews++;
    else through += loss;
  }
  const per1000 = (sum: number) => (1_000 * sum) / y.length;
  const parts = {
    missed: per1000(through),
    reviews: per1000(review * reviews),
    wronglyDeclined: per1000(review * wronglyDeclined),
  };
  return {
    approveAll: per1000(all),
    thresholds: parts.missed + parts.reviews + parts.wronglyDeclined,
    ...parts,
  };
}

/** The amount of a payment from its feature, to the cent: 32-bit numbers keep it up to 10,000 USD. */
const dollars = (logAmount: number): number => Math.round(100 * Math.expm1(logAmount)) / 100;
