import type { Random } from './random.js';

/** How people pay in one category: natural logarithm of the amount in USD, and how often. */
export interface Spending {
  readonly category: string;
  readonly share: number;
  readonly mean: number;
  readonly deviation: number;
}

/** Shares and amounts per category, read off the (simulated) Sparkov payments that the fraud model was trained on. */
export const SPENDING: readonly Spending[] = [
  { category: 'entertainment', share: 6.9, mean: 3.63, deviation: 1.1 },
  { category: 'food_dining', share: 6.8, mean: 3.31, deviation: 1.2 },
  { category: 'gas_transport', share: 9.5, mean: 4.12, deviation: 0.25 },
  { category: 'grocery_net', share: 3.4, mean: 3.84, deviation: 0.5 },
  { category: 'grocery_pos', share: 8.5, mean: 4.63, deviation: 0.3 },
  { category: 'health_fitness', share: 6.4, mean: 3.48, deviation: 1.1 },
  { category: 'home', share: 8.7, mean: 3.65, deviation: 1 },
  { category: 'kids_pets', share: 8, mean: 3.64, deviation: 1 },
  { category: 'misc_net', share: 4.6, mean: 2.95, deviation: 1.5 },
  { category: 'misc_pos', share: 5.7, mean: 2.96, deviation: 1.4 },
  { category: 'personal_care', share: 6.5, mean: 3.26, deviation: 1.2 },
  { category: 'shopping_net', share: 7, mean: 2.7, deviation: 1.5 },
  { category: 'shopping_pos', share: 8.3, mean: 2.64, deviation: 1.5 },
  { category: 'travel', share: 3, mean: 2.2, deviation: 1.5 },
];

/**
 * What fraud looks like: a few categories, amounts unlike the usual, several in a row. Of the patterns in those payments these
 * are the ones that stand out at any time of day: the others hide outside the night, and a demo runs when somebody watches.
 */
export const FRAUD_SPENDING: readonly Spending[] = [
  { category: 'grocery_pos', share: 45, mean: 5.74, deviation: 0.08 },
  { category: 'gas_transport', share: 25, mean: 2.35, deviation: 0.25 },
  { category: 'shopping_net', share: 20, mean: 6.9, deviation: 0.1 },
  { category: 'misc_net', share: 10, mean: 6.68, deviation: 0.1 },
];

/** Everyday amounts end here, in standard deviations of their logarithm: the tails of the data belong to its frauds. */
const LARGEST = 1.4;

const STEMS = [
  'Abbott',
  'Bauer',
  'Cole',
  'Dietrich',
  'Ernser',
  'Fisher',
  'Goyette',
  'Hahn',
  'Jacobi',
  'Kuhn',
  'Lind',
  'Moen',
  'Nader',
  'Olson',
  'Price',
  'Roob',
  'Stark',
  'Turner',
  'Wolff',
  'Zieme',
] as const;
const ENDINGS = ['Ltd', 'and Sons', 'Group', 'Inc', 'LLC'] as const;

export interface Payment {
  readonly merchant: string;
  readonly category: string;
  /** US cents. */
  readonly minor: number;
}

/** One payment after a pattern. `lavishness` scales everyday amounts. */
export function drawPayment(random: Random, pattern: readonly Spending[], lavishness: number): Payment {
  const { category, mean, deviation } = random.weighted(pattern, (one) => one.share);
  const everyday = pattern === SPENDING;
  const drawn = random.normal(0, 1);
  const amount =
    Math.exp(mean + deviation * (everyday ? Math.max(-LARGEST, Math.min(LARGEST, drawn)) : drawn)) * lavishness;
  const minor = Math.max(100, Math.round(amount * 100));
  return { category, minor, merchant: `${random.pick(STEMS)} ${random.pick(ENDINGS)}` };
}
