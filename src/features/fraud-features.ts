import { minorDigits } from '../core/money.js';
import { CATEGORIES } from './categories.js';
import { type CustomerState, categoryIndex, isKnownCategory } from './customer-state.js';
import { type FeatureSet, type FeatureSpec, NONE_DEFAULTED } from './spec.js';

/** A payment whose features are wanted. */
export interface FraudPayment {
  readonly merchant: string;
  readonly category: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** Ms UTC; hours and weekdays are taken from it as it is. */
  readonly occurredAt: number;
}

const HOUR_MS = 3_600_000;
const YEAR_MS = 365.25 * 86_400_000;
const DEFAULT_AGE = 45;
/** Gaps beyond 30 days say no more than 30 days. */
const MAX_GAP_HOURS = 720;

const BASE: readonly FeatureSpec[] = [
  { name: 'log_amount', description: 'ln(1 + amount).', unit: 'ln USD', default: 0 },
  { name: 'hour_sin', description: 'Sine of the time of day.', default: 0 },
  { name: 'hour_cos', description: 'Cosine of the time of day.', default: 0 },
  { name: 'is_night', description: '1 from 22:00 to 04:00.', default: 0 },
  { name: 'weekend', description: '1 on Saturday and Sunday.', default: 0 },
  { name: 'holder_age', description: 'Age of the card holder.', unit: 'years', default: DEFAULT_AGE },
  { name: 'has_history', description: '1 when the card has paid before.', default: 0 },
  {
    name: 'log_hours_since_last',
    description: 'ln(1 + hours since the card paid last), at most 30 days.',
    unit: 'ln h',
    default: Math.log1p(MAX_GAP_HOURS),
  },
  { name: 'count_24h', description: 'ln(1 + payments of the card in the 24 hours before).', default: 0 },
  {
    name: 'log_sum_24h',
    description: 'ln(1 + amount the card paid in the 24 hours before).',
    unit: 'ln USD',
    default: 0,
  },
  {
    name: 'mean_24h_to_own',
    description: 'ln of the mean payment of the last 24 hours against the card’s own mean.',
    default: 0,
  },
  {
    name: 'amount_to_category_mean',
    description: 'ln of the amount against the card’s own mean in this category.',
    default: 0,
  },
  { name: 'amount_to_mean', description: 'ln of the amount against the card’s own mean.', default: 0 },
  { name: 'log_category_count', description: 'ln(1 + earlier payments of the card in this category).', default: 0 },
  { name: 'log_payments', description: 'ln(1 + earlier payments of the card).', default: 0 },
];

/** What the fraud model sees of a payment and of the card’s history before it. */
export const FRAUD_FEATURES: FeatureSet = {
  name: 'fraud',
  version: 1,
  description:
    'A card payment, and the history of the card before it. Amounts in USD. Any other category than the known ones leaves all `category_…` at 0, shares one mean with the other unknown ones, and is listed as `category`; a card holder without a birth date takes the default age.',
  features: [
    ...BASE,
    ...CATEGORIES.map((category) => ({
      name: `category_${category}`,
      description: `1 when the category is ${category}.`,
      default: 0,
    })),
  ],
};
const FIRST_CATEGORY = BASE.length;

const AGE_DEFAULTED = Object.freeze(['holder_age']);
const CATEGORY_DEFAULTED = Object.freeze(['category']);
const BOTH_DEFAULTED = Object.freeze(['holder_age', 'category']);
const window = { count: 0, sum: 0 };

/**
 * Writes the `fraud@1` vector of a payment on top of the state BEFORE it into `out` at `offset`. Reads the state only.
 * @returns names of the facts that were missing and took their default.
 */
export function fraudVector(
  state: CustomerState,
  payment: FraudPayment,
  out: Float32Array,
  offset: number,
): readonly string[] {
  const scale = 10 ** minorDigits(payment.currency);
  const amount = payment.amountMinor / scale;
  const at = payment.occurredAt;
  const hour = (at / HOUR_MS) % 24;
  const angle = (hour / 24) * 2 * Math.PI;
  const weekday = Math.floor(at / 86_400_000 + 4) % 7; // 1970-01-01 was a Thursday; 0 is Sunday
  const index = categoryIndex(payment.category);
  const known = isKnownCategory(payment.category);
  const ageKnown = !Number.isNaN(state.birthMs);
  const history = state.payments > 0;

  state.day.at(at, window);
  const logAmount = Math.log1p(amount);
  const ownMean = history ? state.paymentSum / state.payments / scale : amount;
  const inCategory = state.categoryCounts[index]!;
  const categoryMean = inCategory > 0 ? state.categorySums[index]! / inCategory / scale : ownMean;
  const gapHours = history ? Math.min(MAX_GAP_HOURS, Math.max(0, at - state.lastPayment) / HOUR_MS) : MAX_GAP_HOURS;
  const dayMean = window.count > 0 ? window.sum / window.count / scale : ownMean;

  let i = offset;
  out[i++] = logAmount;
  out[i++] = Math.sin(angle);
  out[i++] = Math.cos(angle);
  out[i++] = hour >= 22 || hour < 4 ? 1 : 0;
  out[i++] = weekday === 0 || weekday === 6 ? 1 : 0;
  out[i++] = ageKnown ? Math.min(120, Math.max(0, (at - state.birthMs) / YEAR_MS)) : DEFAULT_AGE;
  out[i++] = history ? 1 : 0;
  out[i++] = Math.log1p(gapHours);
  out[i++] = Math.log1p(window.count);
  out[i++] = Math.log1p(window.sum / scale);
  out[i++] = Math.log1p(dayMean) - Math.log1p(ownMean);
  out[i++] = logAmount - Math.log1p(categoryMean);
  out[i++] = logAmount - Math.log1p(ownMean);
  out[i++] = Math.log1p(inCategory);
  out[i++] = Math.log1p(state.payments);
  for (let c = 0; c < CATEGORIES.length; c++) out[offset + FIRST_CATEGORY + c] = known && c === index ? 1 : 0;

  if (ageKnown) return known ? NONE_DEFAULTED : CATEGORY_DEFAULTED;
  return known ? AGE_DEFAULTED : BOTH_DEFAULTED;
}
