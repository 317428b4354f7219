import type { Softness } from './segmentation-calibration.js';
import { type Fit, FREQUENCY, WIDTH } from './segmentation-fit.js';
import * as tf from './tf.js';

/**
 * The clustering as a network, raw features in, soft assignment out (see Softness), of few operations that both engines have. Standardisation
 * folds into the first layer; elu makes e^u − 1 of u = −d² / reach, and what is the same for every segment means nothing to softmax.
 */
export function network({ centroids, mean, scale }: Fit, { base, perLogOrder, reach }: Softness): tf.LayersModel {
  const k = centroids.length;
  const input = tf.input({ shape: [WIDTH], name: 'features' });
  const differences = tf.layers.dense({ units: k * WIDTH, name: 'differences' });
  const distances = tf.layers.dense({ units: k, useBias: false, activation: 'elu', name: 'distances' });
  const sharpness = tf.layers.dense({ units: 1, name: 'sharpness' });
  const apart = differences.apply(input) as tf.SymbolicTensor;
  const squares = tf.layers.multiply({ name: 'squares' }).apply([apart, apart]);
  const sharpened = tf.layers
    .multiply({ name: 'sharpened' })
    .apply([distances.apply(squares), sharpness.apply(input)] as tf.SymbolicTensor[]);
  const output = tf.layers.activation({ activation: 'softmax', name: 'confidence' }).apply(sharpened);
  const model = tf.model({ inputs: input, outputs: output as tf.SymbolicTensor, name: 'segmentation' });

  const features = Array.from({ length: WIDTH }, (_, f) => f);
  const places = centroids.flatMap((centroid, c) => features.map((f) => ({ c, f, at: centroid[f]! })));
  differences.setWeights([
    tf.tensor2d(features.map((f) => places.map((place) => (place.f === f ? 1 / scale[f]! : 0)))),
    tf.tensor1d(places.map(({ f, at }) => -at - mean[f]! / scale[f]!)),
  ]);
  distances.setWeights([tf.tensor2d(places.map((place) => centroids.map((_, c) => (place.c === c ? -1 / reach : 0))))]);
  sharpness.setWeights([
    tf.tensor2d(features.map((f) => [f === FREQUENCY ? (reach / 2) * perLogOrder : 0])),
    tf.tensor1d([(reach / 2) * base]),
  ]);
  return model;
}

/** A network's soft assignments, row-major, and from them its answers. */
export interface Answers {
  readonly soft: Float32Array;
  /** The segment of each row, and how sure of it. */
  readonly labels: Int32Array;
  readonly confidence: Float32Array;
}

/** Asks a segmentation network about raw rows (row-major). */
export function ask(model: tf.LayersModel, x: Float32Array): Answers {
  const rows = x.length / WIDTH;
  if (rows === 0) return { soft: new Float32Array(), labels: new Int32Array(), confidence: new Float32Array() };
  const output = tf.tidy(() => model.predict(tf.tensor2d(x, [rows, WIDTH])) as tf.Tensor);
  const soft = output.dataSync() as Float32Array;
  output.dispose();
  const k = soft.length / rows;
  const labels = new Int32Array(rows);
  const confidence = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = soft.subarray(i * k, (i + 1) * k);
    confidence[i] = Math.max(...row);
    labels[i] = row.indexOf(confidence[i]!);
  }
  return { soft, labels, confidence };
}
