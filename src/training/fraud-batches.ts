import { FRAUD_FEATURES } from '../features/fraud-features.js';
import { type AmountRange, amountRanges, cellsOf, moveAmount } from './amount-grid.js';
import type { FraudRows } from './fraud-data.js';
import { categoryOf, NEW_CARD } from './fraud-groups.js';
import type { Moments } from './fraud-network.js';
import { seeded, shuffle } from './random.js';

const WIDTH = FRAUD_FEATURES.features.length;
const BATCH = 1_024;
/** Rows of a batch that are seen without their history. */
const NEW_CARD_SHARE = 0.05;
/** Pairs of amounts a step, at which the risk should not fall. */
export const PAIRS = 512;
/** The larger amount of a pair is at least and at most this many times the smaller. */
const STEPS = [1.05, 1.6] as const;

/** What one step sees: rows of each member's own order with their labels, and behind them the pairs, the smaller amounts first. */
export class Batches {
  /** Rows of a step for each member, and steps of an epoch. */
  readonly size: number;
  readonly steps: number;
  readonly #train: FraudRows;
  readonly #moments: Moments;
  readonly #random: () => number;
  readonly #orders: Uint32Array[];
  readonly #cells: readonly number[][];
  readonly #amounts: readonly (AmountRange | undefined)[];
  readonly #newCard: typeof NEW_CARD;
  readonly #x: Float32Array;
  readonly #y: Float32Array;

  constructor(train: FraudRows, moments: Moments, members: number, seed: number) {
    this.#train = train;
    this.#moments = moments;
    this.#random = seeded(seed);
    this.size = Math.min(BATCH, train.y.length);
    this.steps = Math.floor(train.y.length / this.size);
    this.#orders = Array.from({ length: members }, () => Uint32Array.from(train.y.keys()));
    this.#cells = cellsOf(train);
    this.#amounts = amountRanges(train);
    const { mean, std } = moments;
    this.#newCard = NEW_CARD.map(({ place, value }) => ({ place, value: (value - mean[place]!) / std[place]! }));
    this.#x = new Float32Array(members * (this.size + 2 * PAIRS) * WIDTH);
    this.#y = new Float32Array(members * this.size);
  }

  /** Puts every member's rows in a new order, before each epoch. */
  shuffle(): void {
    for (const order of this.#orders) shuffle(order, this.#random);
  }

  /** The rows of a step; the arrays are the same each time. */
  next(step: number): { readonly x: Float32Array; readonly y: Float32Array } {
    const member = (this.size + 2 * PAIRS) * WIDTH;
    this.#orders.forEach((order, m) => {
      for (let r = 0; r < this.size; r++) {
        const row = order[step * this.size + r]!;
        const at = m * member + r * WIDTH;
        this.#copy(row, at);
        this.#standardise(at);
        if (this.#random() < NEW_CARD_SHARE) for (const { place, value } of this.#newCard) this.#x[at + place] = value;
        this.#y[m * this.size + r] = this.#train.y[row]!;
      }
    });
    const pairs = this.size * WIDTH;
    for (let p = 0; p < PAIRS; p++) this.#pair(pairs + p * WIDTH, pairs + (PAIRS + p) * WIDTH);
    for (let m = 1; m < this.#orders.length; m++) this.#x.copyWithin(m * member + pairs, pairs, member);
    return { x: this.#x, y: this.#y };
  }

  /** Writes a payment with an amount of its category's range, and with a somewhat larger one. */
  #pair(smaller: number, larger: number): void {
    const cell = this.#cells[Math.floor(this.#random() * this.#cells.length)]!;
    const row = cell[Math.floor(this.#random() * cell.length)]!;
    const { lowest, highest } = this.#amounts[categoryOf(this.#train.x, row * WIDTH)]!;
    const amount = lowest * (highest / lowest) ** this.#random();
    const newCard = this.#random() < 0.5;
    const times = STEPS[0] * (STEPS[1] / STEPS[0]) ** this.#random();
    for (const [at, moved] of [
      [smaller, amount],
      [larger, amount * times],
    ] as const) {
      this.#copy(row, at);
      if (newCard) for (const { place, value } of NEW_CARD) this.#x[at + place] = value;
      moveAmount(this.#x, at, Math.log1p(moved));
      this.#standardise(at);
    }
  }

  #copy(row: number, at: number): void {
    const { x } = this.#train;
    for (let f = 0; f < WIDTH; f++) this.#x[at + f] = x[row * WIDTH + f]!;
  }
  #standardise(at: number): void {
    const { mean, std } = this.#moments;
    for (let f = 0; f < WIDTH; f++) this.#x[at + f] = (this.#x[at + f]! - mean[f]!) / std[f]!;
  }
}
