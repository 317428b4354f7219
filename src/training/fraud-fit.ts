import { FRAUD_FEATURES } from '../features/fraud-features.js';
import { type AmountRange, amountRanges, cellsOf, moveAmount } from './amount-grid.js';
import type { Progress } from './artifacts.js';
import type { FraudRows } from './fraud-data.js';
import { categoryOf, NEW_CARD } from './fraud-groups.js';
import { ensemble, network } from './fraud-network.js';
import { seeded, shuffle } from './random.js';
import * as tf from './tf.js';

const WIDTH = FRAUD_FEATURES.features.length;
/** Networks that are trained from different starts; their mean errs less than each. */
const MEMBERS = 3;
const BATCH = 1_024;
const EPOCHS = 24;
const LEARNING_RATE = 0.004;
/** Share of itself that every weight loses at a step, times the learning rate. */
const WEIGHT_DECAY = 0.05;
/** Rows of a batch that are seen without their history. */
const NEW_CARD_SHARE = 0.05;
/** Pairs of amounts a step, at which the risk should not fall. */
const PAIRS = 512;
/** The larger amount of a pair is at least and at most this many times the smaller. */
const STEPS = [1.05, 1.6] as const;
/** What it would cost if the risk fell at every pair, in nats beside the mean log loss. */
const FALL_COST = 0.04;
/** A fall of the probability by no more than this costs nothing. */
const FREE_FALL = 0.0005;
/** A fall by this much more costs half of what the deepest costs. */
const HALF_COST = 0.001;

/** Mean and standard deviation per feature. */
export interface Moments {
  readonly mean: Float64Array;
  readonly std: Float64Array;
}

/** Mean and standard deviation per feature over the rows. */
export function momentsOf({ x }: FraudRows): Moments {
  const rows = x.length / WIDTH;
  const mean = new Float64Array(WIDTH);
  const square = new Float64Array(WIDTH);
  for (let i = 0; i < x.length; i++) {
    mean[i % WIDTH]! += x[i]!;
    square[i % WIDTH]! += x[i]! * x[i]!;
  }
  const std = new Float64Array(WIDTH);
  for (let f = 0; f < WIDTH; f++) {
    mean[f]! /= rows;
    std[f] = Math.sqrt(Math.max(square[f]! / rows - mean[f]! ** 2, 0)) || 1;
  }
  return { mean, std };
}

/**
 * Fits the networks side by side on standardised rows: Adam with decaying weights and a cosine schedule, each on an order of its own. A share of the rows is
 * seen as if the payment were its card's first, drawn anew each time: the generator's cards nearly all have a history, and
 * the network would never learn to do without.
 *
 * The loss has a second part: pairs of payments that differ in the amount alone, and each pair at which the larger amount has the
 * lower probability costs nearly the same, however deep the fall. So falls become few and steep: where this data has frauds of
 * small amounts and larger legitimate payments the risk must fall somewhere, and it falls once. (A cost that grows with the depth
 * would flatten the risk instead and lose those frauds.) Pairs are drawn evenly over categories, day and night, frauds and not,
 * with history and without.
 *
 * The same seed and rows give the same weights.
 * @returns one network on standardised rows, whose log-odds are the mean of the members'
 */
export function fitNetworks(train: FraudRows, moments: Moments, seed: number, progress: Progress): tf.LayersModel {
  const members = Array.from({ length: MEMBERS }, (_, m) => network(seed + m * 1_000));
  const weights = members.map((member) => member.getWeights());
  const variables = weights[0]!.map((_, place) =>
    tf.variable(tf.tidy(() => tf.stack(weights.map((own) => asMatrix(own[place]!))))),
  );
  const batches = new Batches(train, moments, seed);
  const optimizer = tf.train.adam(LEARNING_RATE);
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    batches.shuffle();
    progress.start(`epoch ${epoch} of ${EPOCHS}`, batches.steps);
    let sum = 0;
    for (let step = 0; step < batches.steps; step++) {
      const { x, y } = batches.next(step);
      const done = (epoch - 1 + step / batches.steps) / EPOCHS;
      const rate = LEARNING_RATE * (0.5 * (1 + Math.cos(Math.PI * done)) + 0.001);
      setLearningRate(optimizer, rate);
      const cost = tf.tidy(() => {
        for (const variable of variables) variable.assign(variable.mul(1 - rate * WEIGHT_DECAY));
        const rows = tf.tensor3d(x, [MEMBERS, batches.size + 2 * PAIRS, WIDTH]);
        const labels = tf.tensor2d(y, [MEMBERS, batches.size]);
        return optimizer.minimize(() => loss(variables, rows, labels), true, variables)!;
      });
      if (step % 20 === 0) {
        sum += (cost.dataSync()[0]! - sum) / (step / 20 + 1);
        progress.step(step);
      }
      cost.dispose();
    }
    progress.done(`loss ${sum.toFixed(5)}`);
  }
  members.forEach((member, m) => {
    member.setWeights(
      tf.tidy(() => weights[m]!.map((old, place) => variables[place]!.gather([m], 0).reshape(old.shape))),
    );
  });
  const whole = ensemble(members);
  for (const member of members) member.dispose();
  tf.dispose(variables);
  optimizer.dispose();
  return whole;
}

/** Biases as one row, so that they are added to every row of a batch. */
const asMatrix = (weight: tf.Tensor): tf.Tensor2D =>
  weight.rank === 2 ? (weight as tf.Tensor2D) : weight.reshape([1, weight.size]);

/** Mean log loss of the members' own rows, and what the falls of their mean cost. */
function loss(variables: readonly tf.Variable[], rows: tf.Tensor3D, labels: tf.Tensor2D): tf.Scalar {
  const [w1, b1, w2, b2, w3, b3] = variables as unknown as tf.Tensor3D[];
  const hidden = rows.matMul(w1!).add(b1!).relu().matMul(w2!).add(b2!).relu();
  const logits = hidden.matMul(w3!).add(b3!).squeeze<tf.Tensor2D>([2]);
  const size = labels.shape[1];
  const own = logits.slice([0, 0], [MEMBERS, size]);
  const pairs = logits
    .slice([0, size], [MEMBERS, 2 * PAIRS])
    .mean(0)
    .sigmoid();
  const fall = pairs.slice(0, PAIRS).sub(pairs.slice(PAIRS, PAIRS)).sub(FREE_FALL).relu();
  const falls = fall.div(fall.add(HALF_COST)).mean();
  return own.softplus().sub(own.mul(labels)).mean().add(falls.mul(FALL_COST)) as tf.Scalar;
}

/** What one step sees: rows of each member's own order with their labels, and behind them the pairs, the smaller amounts first. */
class Batches {
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

  constructor(train: FraudRows, moments: Moments, seed: number) {
    this.#train = train;
    this.#moments = moments;
    this.#random = seeded(seed);
    this.size = Math.min(BATCH, train.y.length);
    this.steps = Math.floor(train.y.length / this.size);
    this.#orders = Array.from({ length: MEMBERS }, () => Uint32Array.from(train.y.keys()));
    this.#cells = cellsOf(train);
    this.#amounts = amountRanges(train);
    const { mean, std } = moments;
    this.#newCard = NEW_CARD.map(({ place, value }) => ({ place, value: (value - mean[place]!) / std[place]! }));
    this.#x = new Float32Array(MEMBERS * (this.size + 2 * PAIRS) * WIDTH);
    this.#y = new Float32Array(MEMBERS * this.size);
  }

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
    for (let m = 1; m < MEMBERS; m++) this.#x.copyWithin(m * member + pairs, pairs, member);
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

/** Adam reads its rate at every step; the typings hide the field. */
function setLearningRate(optimizer: tf.AdamOptimizer, rate: number): void {
  (optimizer as unknown as { learningRate: number }).learningRate = rate;
}
