import { FRAUD_FEATURES } from '../features/fraud-features.js';
import type { Platt } from './calibration.js';
import * as tf from './tf.js';

const WIDTH = FRAUD_FEATURES.features.length;
/** Rows scored at a time. */
const CHUNK = 16_384;

/** Units of the two hidden layers of one perceptron. */
const HIDDEN = [64, 32] as const;

/** The perceptron 64-32-1 with fresh weights; `members` of them side by side have as many times the hidden units. */
export function network(seed: number, members = 1): tf.LayersModel {
  const input = tf.input({ shape: [WIDTH], name: 'features' });
  const init = (n: number) => tf.initializers.heNormal({ seed: seed + n });
  const hidden1 = tf.layers
    .dense({ units: HIDDEN[0] * members, activation: 'relu', kernelInitializer: init(1), name: 'hidden_1' })
    .apply(input);
  const hidden2 = tf.layers
    .dense({ units: HIDDEN[1] * members, activation: 'relu', kernelInitializer: init(2), name: 'hidden_2' })
    .apply(hidden1);
  const output = tf.layers
    .dense({ units: 1, activation: 'sigmoid', kernelInitializer: init(3), name: 'probability' })
    .apply(hidden2) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: output, name: 'fraud' });
}

/**
 * Several perceptrons as one network of the same layers, whose log-odds are the mean of theirs: first layers side by side, second ones
 * as blocks on the diagonal, last ones on top of each other.
 */
export function ensemble(models: readonly tf.LayersModel[]): tf.LayersModel {
  const members = models.length;
  const weights = models.map((model) => model.getWeights());
  const layer = (place: number) => weights.map((own) => own[place]!);
  const whole = network(0, members);
  whole.setWeights(
    tf.tidy(() => {
      const blocks = layer(2).map((kernel, m) =>
        tf.pad(kernel as tf.Tensor2D, [
          [0, 0],
          [m * HIDDEN[1], (members - 1 - m) * HIDDEN[1]],
        ]),
      );
      return [
        tf.concat(layer(0), 1),
        tf.concat(layer(1), 0),
        tf.concat(blocks, 0),
        tf.concat(layer(3), 0),
        tf.concat(layer(4), 0).div(members),
        tf.addN(layer(5)).div(members),
      ];
    }),
  );
  return whole;
}

/** Runs `answer` over the rows in batches: one number a row. */
function inBatches(x: Float32Array, answer: (rows: tf.Tensor2D) => tf.Tensor): Float32Array {
  const rows = x.length / WIDTH;
  const out = new Float32Array(rows);
  for (let i = 0; i < rows; i += CHUNK) {
    const n = Math.min(CHUNK, rows - i);
    const output = tf.tidy(() => answer(tf.tensor2d(x.subarray(i * WIDTH, (i + n) * WIDTH), [n, WIDTH])));
    out.set(output.dataSync() as Float32Array, i);
    output.dispose();
  }
  return out;
}

/** Probabilities of rows, on vectors as the model takes them (standardised or raw). */
export const score = (model: tf.LayersModel, x: Float32Array): Float32Array =>
  inBatches(x, (rows) => model.predict(rows) as tf.Tensor);

/** Log-odds of rows: what the last layer hands to its sigmoid, which rounds to 1 from 17 on in 32-bit numbers. */
export function logits(model: tf.LayersModel, x: Float32Array): Float32Array {
  const [kernel, bias] = model.getWeights().slice(-2) as [tf.Tensor2D, tf.Tensor1D];
  const hidden = tf.model({ inputs: model.inputs, outputs: model.getLayer('hidden_2').output as tf.SymbolicTensor });
  return inBatches(x, (rows) => tf.matMul(hidden.predict(rows) as tf.Tensor2D, kernel).add(bias));
}

/** The served model takes raw vectors: standardisation is folded into the first layer. */
export function foldStandardisation(
  model: tf.LayersModel,
  { mean, std }: { readonly mean: Float64Array; readonly std: Float64Array },
): tf.LayersModel {
  const [kernel, bias, ...rest] = model.getWeights();
  const w = kernel!.arraySync() as number[][];
  const b = bias!.arraySync() as number[];
  const folded = w.map((row, f) => row.map((value) => value / std[f]!));
  const shifted = b.map((value, unit) => value - w.reduce((sum, row, f) => sum + (row[unit]! * mean[f]!) / std[f]!, 0));
  const served = network(0, w[0]!.length / HIDDEN[0]);
  served.setWeights([tf.tensor2d(folded), tf.tensor1d(shifted), ...rest]);
  return served;
}

/** Folds a calibration into the last layer, in place: its kernel becomes a · kernel, its bias a · bias + b. */
export function foldCalibration(model: tf.LayersModel, { a, b }: Platt): void {
  const weights = model.getWeights();
  const [kernel, bias] = weights.splice(-2) as [tf.Tensor, tf.Tensor];
  model.setWeights([...weights, kernel.mul(a), bias.mul(a).add(b)]);
}
