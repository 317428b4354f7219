import { type CustomerState, PURCHASE_CURRENCY } from './customer-state.js';
import { type FeatureSet, NONE_DEFAULTED } from './spec.js';

const DAY_MS = 86_400_000;

/** What is known of a customer in plain numbers: for rules that people write, and for models that scale by themselves. */
export const CUSTOMER_FEATURES: FeatureSet = {
  name: 'customer',
  version: 1,
  description:
    'What is known of a customer as of now, in plain numbers. Who has not bought yet has no `recency_days`, who has not paid yet no `payment_recency_days`.',
  features: [
    { name: 'recency_days', description: 'Days since the last purchase.', unit: 'd', default: 365 },
    { name: 'orders', description: 'Orders, as in rfm@1.', default: 0 },
    {
      name: 'monetary',
      description: `Amount of all purchases; only prices in ${PURCHASE_CURRENCY} are added up.`,
      unit: PURCHASE_CURRENCY,
      default: 0,
    },
    { name: 'payment_recency_days', description: 'Days since the last card payment.', unit: 'd', default: 365 },
    { name: 'payments', description: 'Card payments.', default: 0 },
  ],
};

const NO_PURCHASE = Object.freeze(['recency_days']);
const NO_PAYMENT = Object.freeze(['payment_recency_days']);
const NEITHER = Object.freeze([...NO_PURCHASE, ...NO_PAYMENT]);

/** Writes the `customer@1` vector as of `now` (ms UTC). @returns the names of features that took their default. */
export function customerVector(
  state: CustomerState,
  now: number,
  out: Float32Array,
  offset: number,
): readonly string[] {
  const [bought, paid] = [state.orders > 0, state.payments > 0];
  out[offset] = bought ? daysSince(state.lastPurchase, now) : CUSTOMER_FEATURES.features[0]!.default;
  out[offset + 1] = state.orders;
  out[offset + 2] = state.monetary / 100;
  out[offset + 3] = paid ? daysSince(state.lastPayment, now) : CUSTOMER_FEATURES.features[3]!.default;
  out[offset + 4] = state.payments;
  if (bought) return paid ? NONE_DEFAULTED : NO_PAYMENT;
  return paid ? NO_PURCHASE : NEITHER;
}

/** Time may be told later than it was: never negative. */
const daysSince = (at: number, now: number): number => Math.max(0, (now - at) / DAY_MS);
