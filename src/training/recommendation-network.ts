import { recentItems } from '../features/basket-features.js';
import { type CustomerState, RECENT_ITEMS } from '../features/customer-state.js';
import type { Vocabulary } from './retail-split.js';
import * as tf from './tf.js';

/** What is served: scores = weights·U·V, and to the customer's own items each its share times its factor. */
export interface Scorer {
  /** [n, rank] */
  readonly u: tf.Tensor2D;
  /** [rank, n] */
  readonly v: tf.Tensor2D;
  /** [n] */
  readonly repeatFactors: Float32Array;
}

/**
 * The network of standard layers, with two outputs. `scores` [n]: a weighted sum of embeddings and a dense layer. `repeats`
 * [RECENT_ITEMS]: what each own item adds to its score, its share times its factor; it is added beside the engine (`adds_to` in the
 * manifest), because putting it in its places of n inside the network costs more than all the rest.
 */
export function network({ u, v, repeatFactors }: Scorer): tf.LayersModel {
  const [n, rank] = u.shape;
  const items = tf.input({ shape: [RECENT_ITEMS], dtype: 'int32', name: 'items' });
  const weights = tf.input({ shape: [RECENT_ITEMS], name: 'weights' });
  const shares = tf.input({ shape: [RECENT_ITEMS], name: 'shares' });
  const profile = tf.layers
    .dot({ axes: 1, name: 'profile' })
    .apply([weights, embed(items, 'embedding', n, rank)]) as tf.SymbolicTensor;
  const scores = tf.layers.dense({ units: n, useBias: false, name: 'scores' }).apply(profile) as tf.SymbolicTensor;
  const factors = tf.layers.flatten({ name: 'factors' }).apply(embed(items, 'factor', n, 1)) as tf.SymbolicTensor;
  const repeats = tf.layers.multiply({ name: 'repeats' }).apply([shares, factors]) as tf.SymbolicTensor;
  const model = tf.model({ inputs: [items, weights, shares], outputs: [scores, repeats], name: 'recommendations' });

  tf.tidy(() => {
    const padded = (table: tf.Tensor2D) => tf.concat([tf.zeros([1, table.shape[1]]), table], 0);
    model.getLayer('embedding').setWeights([padded(u)]);
    model.getLayer('scores').setWeights([v]);
    model.getLayer('factor').setWeights([padded(tf.tensor2d(repeatFactors, [n, 1]))]);
  });
  return model;
}

const embed = (items: tf.SymbolicTensor, name: string, n: number, width: number): tf.SymbolicTensor =>
  tf.layers
    .embedding({ inputDim: n + 1, outputDim: width, inputLength: RECENT_ITEMS, name })
    .apply(items) as tf.SymbolicTensor;

/** Scores of all items for each state, own items added, by the network, in batches. */
export function predictScores(
  model: tf.LayersModel,
  states: readonly CustomerState[],
  { ids, indexOf }: Vocabulary,
): Float32Array[] {
  const all: Float32Array[] = [];
  for (let start = 0; start < states.length; start += 256) {
    const rows = states.slice(start, start + 256).map((state) => recentItems(state, indexOf));
    const shape: [number, number] = [rows.length, RECENT_ITEMS];
    const floats = (pick: (row: (typeof rows)[number]) => Float32Array) =>
      tf.tensor2d(Float32Array.from(rows.flatMap((row) => [...pick(row)])), shape);
    const inputs = [
      tf.tensor2d(Int32Array.from(rows.flatMap((row) => [...row.ids])), shape, 'int32'),
      floats((row) => row.weights),
      floats((row) => row.shares),
    ];
    const outputs = model.predict(inputs) as tf.Tensor[];
    const [scores, repeats] = outputs.map((output) => output.dataSync() as Float32Array);
    rows.forEach((row, i) => {
      const own = scores!.slice(i * ids.length, (i + 1) * ids.length);
      for (let k = 0; k < row.count; k++) own[row.ids[k]! - 1]! += repeats![i * RECENT_ITEMS + k]!;
      all.push(own);
    });
    tf.dispose([...inputs, ...outputs]);
  }
  return all;
}
