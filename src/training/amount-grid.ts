import { CATEGORIES } from '../features/categories.js';
import { FRAUD_FEATURES } from '../features/fraud-features.js';
import type { FraudData, FraudRows } from './fraud-data.js';
import { asNewCard, categoryOf, column, FIRST_CATEGORY } from './fraud-groups.js';
import { seeded } from './random.js';

const WIDTH = FRAUD_FEATURES.features.length;
const LOG_AMOUNT = column('log_amount');
const HAS_HISTORY = column('has_history');
const IS_NIGHT = column('is_night');
/** Features that grow with the amount when the card has a history; a new card is its own mean, and they stay 0. */
const AGAINST_MEANS = [column('amount_to_category_mean'), column('amount_to_mean')];

/** Each amount of the grid is this many times the one before. */
export const GRID_RATIO = 1.25;
/** A smaller fall of the probability is none. */
export const GRID_TOLERANCE = 0.001;
/** Contexts per category, day or night, fraud or not; fewer where the validation period has fewer. */
const PER_CELL = 5;

/** Amounts of a category, in USD. */
export interface AmountRange {
  readonly lowest: number;
  readonly highest: number;
}
/** Payments whose amount is varied while all else about them stays: `assets/amount-grid.json`. */
export interface AmountGrid {
  readonly ratio: number;
  readonly tolerance: number;
  /** What training saw of each category. */
  readonly amounts: Readonly<Record<string, AmountRange>>;
  /** Payments of the validation period: category, label, and the features in front of the category's. */
  readonly contexts: readonly {
    readonly category: string;
    readonly fraud: boolean;
    readonly features: readonly number[];
  }[];
}
/** The grid as vectors: the amounts of a context follow each other, rising. */
export interface GridRows {
  readonly x: Float32Array;
  /** Of each row, its context's number. */
  readonly context: Uint32Array;
  /** Of each context, what it is. */
  readonly contexts: readonly GridContext[];
}
export interface GridContext {
  readonly category: string;
  readonly fraud: boolean;
  readonly night: boolean;
  /** Whether the card has no payments before this one. */
  readonly newCard: boolean;
}

/** Of a payment's vector, the copy with another amount (its feature, ln(1 + USD)): the history stays, what compares with it moves along. */
export function moveAmount(x: Float32Array, at: number, logAmount: number): void {
  const moved = logAmount - x[at + LOG_AMOUNT]!;
  x[at + LOG_AMOUNT] = logAmount;
  if (x[at + HAS_HISTORY] === 1) for (const place of AGAINST_MEANS) x[at + place]! += moved;
}

/** Row numbers by category, day and night, legitimate and fraud; empty ones are left out. */
export function cellsOf({ x, y }: FraudRows): number[][] {
  const cells = Array.from({ length: 4 * CATEGORIES.length }, (): number[] => []);
  for (let row = 0; row < y.length; row++) {
    const at = row * WIDTH;
    const category = categoryOf(x, at);
    if (category < CATEGORIES.length) cells[4 * category + 2 * x[at + IS_NIGHT]! + y[row]!]!.push(row);
  }
  return cells.filter((rows) => rows.length > 0);
}

/** Lowest and highest amount by place of the category, in USD; undefined where there is no payment of it. */
export function amountRanges({ x, y }: FraudRows): (AmountRange | undefined)[] {
  const ranges: (AmountRange | undefined)[] = [];
  for (let row = 0; row < y.length; row++) {
    const category = categoryOf(x, row * WIDTH);
    const amount = Math.expm1(x[row * WIDTH + LOG_AMOUNT]!);
    const { lowest, highest } = ranges[category] ?? { lowest: amount, highest: amount };
    ranges[category] = { lowest: Math.min(lowest, amount), highest: Math.max(highest, amount) };
  }
  return ranges;
}

/**
 * Draws the grid: from the validation payments of each category, by day and by night, legitimate and fraud, as many at random; amounts
 * over the range that training saw of the category.
 */
export function drawAmountGrid(
  { train, validation }: Pick<FraudData, 'train' | 'validation'>,
  seed: number,
): AmountGrid {
  const random = seeded(seed);
  const ranges = amountRanges(train);
  const contexts = cellsOf(validation).flatMap((rows) => {
    for (let i = 0; i < Math.min(PER_CELL, rows.length); i++) {
      const j = i + Math.floor(random() * (rows.length - i));
      [rows[i], rows[j]] = [rows[j]!, rows[i]!];
    }
    return rows.slice(0, PER_CELL).map((row) => ({
      category: CATEGORIES[categoryOf(validation.x, row * WIDTH)]!,
      fraud: validation.y[row] === 1,
      features: Array.from(validation.x.subarray(row * WIDTH, row * WIDTH + FIRST_CATEGORY), (value) =>
        Number(value.toPrecision(6)),
      ),
    }));
  });
  const amounts = Object.fromEntries(
    CATEGORIES.flatMap((category, i) => (ranges[i] === undefined ? [] : [[category, ranges[i]]])),
  );
  return {
    ratio: GRID_RATIO,
    tolerance: GRID_TOLERANCE,
    amounts,
    contexts: contexts.filter(({ category }) => amounts[category] !== undefined),
  };
}

/** The vectors of a grid: each context with each amount of its category, once with its history and once as a new card's. */
export function gridRows({ ratio, amounts, contexts }: AmountGrid): GridRows {
  const vectors: Float32Array[] = [];
  const context: number[] = [];
  const all: GridContext[] = [];
  for (const { category, fraud, features } of contexts) {
    const known = new Float32Array(WIDTH);
    known.set(features);
    known[FIRST_CATEGORY + (CATEGORIES as readonly string[]).indexOf(category)] = 1;
    const { lowest, highest } = amounts[category]!;
    for (const vector of [known, asNewCard(known)]) {
      for (let amount = lowest; amount <= highest; amount *= ratio) {
        const moved = vector.slice();
        moveAmount(moved, 0, Math.log1p(amount));
        vectors.push(moved);
        context.push(all.length);
      }
      all.push({ category, fraud, night: vector[IS_NIGHT] === 1, newCard: vector[HAS_HISTORY] !== 1 });
    }
  }
  const x = new Float32Array(vectors.length * WIDTH);
  vectors.forEach((vector, i) => {
    x.set(vector, i * WIDTH);
  });
  return { x, context: Uint32Array.from(context), contexts: all };
}
