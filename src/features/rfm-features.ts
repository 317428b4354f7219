import type { CustomerState } from './customer-state.js';
import { type FeatureSet, NONE_DEFAULTED } from './spec.js';

const DAY_MS = 86_400_000;
const MAX_DAYS = 365;

/** Recency, frequency and monetary value of a customer’s purchases. */
export const RFM_FEATURES: FeatureSet = {
  name: 'rfm',
  version: 1,
  description:
    'Recency, frequency and monetary value of a customer’s purchases as of now. Purchases with one order id are one order; without it, purchases at one instant are. Only prices in GBP are added up; who has not bought yet takes all defaults.',
  features: [
    {
      name: 'log_recency',
      description: 'ln(1 + days since the last purchase), at most a year.',
      unit: 'ln d',
      default: Math.log1p(MAX_DAYS),
    },
    { name: 'log_frequency', description: 'ln(number of orders).', default: 0 },
    { name: 'log_monetary', description: 'ln(1 + amount of all purchases).', unit: 'ln GBP', default: 0 },
  ],
};

const ALL = Object.freeze(RFM_FEATURES.features.map((feature) => feature.name));
const MONETARY = Object.freeze(['log_monetary']);

/** Writes the `rfm@1` vector as of `now` (ms UTC). @returns the names of features that took their default. */
export function rfmVector(state: CustomerState, now: number, out: Float32Array, offset: number): readonly string[] {
  if (state.orders === 0) {
    RFM_FEATURES.features.forEach((feature, i) => {
      out[offset + i] = feature.default;
    });
    return ALL;
  }
  const days = Math.min(MAX_DAYS, Math.max(0, (now - state.lastPurchase) / DAY_MS));
  out[offset] = Math.log1p(days);
  out[offset + 1] = Math.log(state.orders);
  out[offset + 2] = Math.log1p(state.monetary / 100);
  return state.pricedPurchases === 0 ? MONETARY : NONE_DEFAULTED;
}
