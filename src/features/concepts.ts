import { CATEGORIES } from './categories.js';
import { FRAUD_FEATURES } from './fraud-features.js';
import { RFM_FEATURES } from './rfm-features.js';
import type { FeatureSet } from './spec.js';

/**
 * What several features say together, as people think of it: an explanation weighs concepts, since a sine of the time of day or one
 * of fourteen category columns means nothing alone.
 */
export interface Concept {
  readonly name: string;
  /** Names of its features; every feature of a set belongs to one concept. */
  readonly features: readonly string[];
  /** The fact as one sentence, from the features' values. */
  readonly say: (value: (feature: string) => number) => string;
}

const plural = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
const money = (amount: number, currency: string): string => `${amount.toFixed(2)} ${currency}`;
/** Features hold ln(1 + x). */
const plain = (log: number): number => Math.expm1(log);
const count = (log: number): number => Math.round(plain(log));

function ago(hours: number): string {
  if (hours < 1) return `${plural(Math.round(hours * 60), 'minute')} ago`;
  return hours < 48 ? `${plural(Math.round(hours), 'hour')} ago` : `${plural(Math.round(hours / 24), 'day')} ago`;
}

function times(ratio: number): string {
  return ratio >= 1 ? `${ratio.toFixed(1)} times` : `${Math.round(ratio * 100)} % of`;
}

/** The hour of day whose sine and cosine these are, as hh:mm. */
function timeOfDay(sine: number, cosine: number): string {
  const turn = (Math.atan2(sine, cosine) / (2 * Math.PI) + 1) % 1;
  const minutes = Math.round(turn * 1440) % 1440;
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const FRAUD: readonly Concept[] = [
  {
    name: 'amount',
    features: ['log_amount'],
    say: (v) => `The payment is ${money(plain(v('log_amount')), 'USD')}.`,
  },
  {
    name: 'amount against the card’s habits',
    features: ['amount_to_category_mean', 'amount_to_mean'],
    say: (v) =>
      v('has_history') === 0
        ? 'The card has no habits yet to compare the amount with.'
        : `It is ${times(Math.exp(v('amount_to_category_mean')))} what the card usually pays in this category.`,
  },
  {
    name: 'time of day',
    features: ['hour_sin', 'hour_cos', 'is_night'],
    say: (v) =>
      `It is made at ${timeOfDay(v('hour_sin'), v('hour_cos'))} UTC, ${v('is_night') === 1 ? 'at night' : 'by day'}.`,
  },
  {
    name: 'day of the week',
    features: ['weekend'],
    say: (v) => (v('weekend') === 1 ? 'It is made on a weekend.' : 'It is made on a working day.'),
  },
  {
    name: 'age of the card holder',
    features: ['holder_age'],
    say: (v) => `The card holder is ${Math.floor(v('holder_age'))} years old.`,
  },
  {
    name: 'history of the card',
    features: ['has_history', 'log_payments'],
    say: (v) =>
      v('has_history') === 0
        ? 'It is the card’s first payment.'
        : `The card has paid ${plural(count(v('log_payments')), 'time')} before.`,
  },
  {
    name: 'time since the last payment',
    features: ['log_hours_since_last'],
    say: (v) =>
      v('has_history') === 0
        ? 'The card has not paid before.'
        : `The card paid last ${ago(plain(v('log_hours_since_last')))}.`,
  },
  {
    name: 'payments of the last 24 hours',
    features: ['count_24h', 'log_sum_24h', 'mean_24h_to_own'],
    say: (v) =>
      `In the 24 hours before, the card paid ${plural(count(v('count_24h')), 'time')}, ${money(plain(v('log_sum_24h')), 'USD')} together.`,
  },
  {
    name: 'category',
    features: ['log_category_count', ...CATEGORIES.map((category) => `category_${category}`)],
    say(v) {
      const category = CATEGORIES.find((one) => v(`category_${one}`) === 1);
      const before = plural(count(v('log_category_count')), 'time');
      return category === undefined
        ? 'Its category is none that the model knows.'
        : `Its category is ${category}, where the card paid ${before} before.`;
    },
  },
];

const RFM: readonly Concept[] = [
  {
    name: 'recency',
    features: ['log_recency'],
    say: (v) => `Their last purchase was ${plural(count(v('log_recency')), 'day')} ago.`,
  },
  {
    name: 'frequency',
    features: ['log_frequency'],
    say: (v) => `They ordered ${plural(Math.round(Math.exp(v('log_frequency'))), 'time')}.`,
  },
  {
    name: 'monetary value',
    features: ['log_monetary'],
    say: (v) => `They spent ${money(plain(v('log_monetary')), 'GBP')} in all.`,
  },
];

const CONCEPTS: ReadonlyMap<FeatureSet, readonly Concept[]> = new Map([
  [FRAUD_FEATURES, FRAUD],
  [RFM_FEATURES, RFM],
]);

/** The concepts of a feature set; none for one whose numbers are not features of their own (`basket@1`). */
export const conceptsOf = (set: FeatureSet): readonly Concept[] => CONCEPTS.get(set) ?? [];
