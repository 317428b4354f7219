import { FRAUD_FEATURES } from '../features/fraud-features.js';
import type { Progress } from './artifacts.js';
import { Batches, PAIRS } from './fraud-batches.js';
import { Course, EPOCHS, type EpochFigures, MORE_EPOCHS } from './fraud-course.js';
import type { FraudRows } from './fraud-data.js';
import { ensemble, type Moments, network } from './fraud-network.js';
import { TimeLeft } from './progress.js';
import * as tf from './tf.js';

const WIDTH = FRAUD_FEATURES.features.length;
/** Networks that are trained from different starts; their mean errs less than each. */
const MEMBERS = 3;
const LEARNING_RATE = 0.004;
/**
 * Share of the learning rate that more epochs keep to, after the schedule. Measured from a fit that ended at 1.05 % of the grid: 0.88 % after
 * three of them, the validation PR AUC from .975 to .971; at a third of this rate .974, but 0.93 % after four.
 */
const SMALL_RATE = 0.15;
/** Share of itself that every weight loses at a step, times the learning rate. */
const WEIGHT_DECAY = 0.05;
/** What it would cost if the risk fell at every pair, in nats beside the mean log loss. */
const FALL_COST = 0.04;
/** The same in the epochs that follow when it falls too often. */
const MORE_FALL_COST = 2 * FALL_COST;
/** A fall of the probability by no more than this costs nothing. */
const FREE_FALL = 0.0005;
/** A fall by this much more costs half of what the deepest costs. */
const HALF_COST = 0.001;

/** How a fit is watched. */
export interface Watch {
  /** What the network of an epoch, on standardised rows, does on the validation period. */
  readonly judge: (model: tf.LayersModel) => EpochFigures;
  readonly progress: Progress;
  /** Share of the amount grid at which the risk may fall; absent: what a version may. */
  readonly mostFalls?: number;
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
 * Each epoch is judged, and `Course` says how long it goes on: to the end of the schedule, not so far where the validation period gains
 * nothing, or further, at a small rate and twice the cost of falls, where the risk falls too often.
 *
 * The same seed and rows give the same weights; judging changes none.
 * @returns one network on standardised rows, whose log-odds are the mean of the members'
 */
export function fitNetworks(train: FraudRows, moments: Moments, seed: number, watch: Watch): tf.LayersModel {
  const fit = new Fit(train, moments, seed);
  const course = new Course<Weights>(watch.mostFalls);
  const left = new TimeLeft();
  const run = (name: string, remaining: number, rate: (done: number) => number, fallCost: number) => {
    watch.progress.start(name, fit.steps);
    const loss = fit.epoch(rate, fallCost, watch.progress);
    const model = fit.network();
    const figures = watch.judge(model);
    model.dispose();
    watch.progress.done(`loss ${loss.toFixed(5)}, ${told(figures)}, ${left.after(remaining)}`);
    return course.after({ ...figures, weights: fit.weights() });
  };
  let next = 'schedule';
  for (let epoch = 1; next === 'schedule'; epoch++) {
    const cosine = (done: number) => 0.5 * (1 + Math.cos(Math.PI * ((epoch - 1 + done) / EPOCHS))) + 0.001;
    next = run(`epoch ${epoch} of ${EPOCHS}`, EPOCHS - epoch, cosine, FALL_COST);
    if (next !== 'schedule' && epoch < EPOCHS)
      watch.progress.say(`the validation PR AUC no longer rises; back to the epoch of ${told(course.taken!)}`);
  }
  if (next === 'more') {
    watch.progress.say(`too many falls; up to ${MORE_EPOCHS} epochs more, at a small rate, that pay twice for them`);
    fit.restore(course.taken!.weights);
  }
  for (let more = 1; next === 'more'; more++)
    next = run(`more ${more} of ${MORE_EPOCHS}`, MORE_EPOCHS - more, () => SMALL_RATE, MORE_FALL_COST);
  fit.restore(course.taken!.weights);
  const whole = fit.network();
  fit.dispose();
  return whole;
}

/** Values of each variable, all members' together. */
type Weights = readonly Float32Array[];

/** The networks while they are fitted, side by side. */
class Fit {
  readonly #members: readonly tf.LayersModel[];
  readonly #variables: readonly tf.Variable[];
  readonly #batches: Batches;
  readonly #optimizer = tf.train.adam(LEARNING_RATE);

  constructor(train: FraudRows, moments: Moments, seed: number) {
    this.#members = Array.from({ length: MEMBERS }, (_, m) => network(seed + m * 1_000));
    const weights = this.#members.map((member) => member.getWeights());
    this.#variables = weights[0]!.map((_, place) =>
      tf.variable(tf.tidy(() => tf.stack(weights.map((own) => asMatrix(own[place]!))))),
    );
    this.#batches = new Batches(train, moments, MEMBERS, seed);
  }

  /** Steps of an epoch. */
  get steps(): number {
    return this.#batches.steps;
  }

  /** Runs an epoch at a share of the learning rate, which may change as it goes (0 to 1). @returns its mean loss, of every twentieth step. */
  epoch(rateAt: (done: number) => number, fallCost: number, progress: Progress): number {
    const { size, steps } = this.#batches;
    const variables = [...this.#variables];
    let mean = 0;
    this.#batches.shuffle();
    for (let step = 0; step < steps; step++) {
      const { x, y } = this.#batches.next(step);
      const rate = LEARNING_RATE * rateAt(step / steps);
      setLearningRate(this.#optimizer, rate);
      const cost = tf.tidy(() => {
        for (const variable of variables) variable.assign(variable.mul(1 - rate * WEIGHT_DECAY));
        const rows = tf.tensor3d(x, [MEMBERS, size + 2 * PAIRS, WIDTH]);
        const labels = tf.tensor2d(y, [MEMBERS, size]);
        return this.#optimizer.minimize(() => loss(variables, rows, labels, fallCost), true, variables)!;
      });
      if (step % 20 === 0) {
        mean += (cost.dataSync()[0]! - mean) / (step / 20 + 1);
        progress.step(step);
      }
      cost.dispose();
    }
    return mean;
  }

  weights(): Weights {
    return this.#variables.map((variable) => Float32Array.from(variable.dataSync()));
  }
  restore(weights: Weights): void {
    tf.tidy(() => {
      this.#variables.forEach((variable, place) => {
        variable.assign(tf.tensor(weights[place]!, variable.shape));
      });
    });
  }
  /** The members as they are now, as one network. */
  network(): tf.LayersModel {
    this.#members.forEach((member, m) => {
      member.setWeights(
        tf.tidy(() =>
          member.getWeights().map((old, place) => this.#variables[place]!.gather([m], 0).reshape(old.shape)),
        ),
      );
    });
    return ensemble(this.#members);
  }
  dispose(): void {
    for (const member of this.#members) member.dispose();
    tf.dispose([...this.#variables]);
    this.#optimizer.dispose();
  }
}

const told = ({ prAuc, falls }: EpochFigures): string =>
  `validation PR AUC ${prAuc.toFixed(4)}, falls at ${(100 * falls).toFixed(2)} % of the grid`;

/** Biases as one row, so that they are added to every row of a batch. */
const asMatrix = (weight: tf.Tensor): tf.Tensor2D =>
  weight.rank === 2 ? (weight as tf.Tensor2D) : weight.reshape([1, weight.size]);

/** Mean log loss of the members' own rows, and what the falls of their mean cost. */
function loss(variables: readonly tf.Variable[], rows: tf.Tensor3D, labels: tf.Tensor2D, fallCost: number): tf.Scalar {
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
  return own.softplus().sub(own.mul(labels)).mean().add(falls.mul(fallCost)) as tf.Scalar;
}

/** Adam reads its rate at every step; the typings hide the field. */
function setLearningRate(optimizer: tf.AdamOptimizer, rate: number): void {
  (optimizer as unknown as { learningRate: number }).learningRate = rate;
}
